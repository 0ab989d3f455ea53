import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../core/logger.ts';
import { ProviderError, readCall, sendError, type Call } from './http.ts';
import { REFUSALS } from './refusals.ts';

/** Longer than any client keeps an idle connection: the client closes first, so that no request meets a dead one. */
const KEEP_ALIVE_MS = 120_000;

/** Listens at an address that stays the same, however often it is closed. */
export type HttpServer = {
  /** Gives the port. */
  listen(): Promise<number>;
  /** Cuts off every connection. */
  close(): Promise<void>;
};

export function createHttpServer(deps: {
  host: string;
  port: number;
  route: (call: Call) => Promise<void>;
  logger: Logger;
}): HttpServer {
  const { host, route, logger } = deps;
  let port = deps.port;
  let listening: Promise<Server> | null = null;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await route(await readCall(request, response));
    } catch (error) {
      if (error instanceof ProviderError) {
        sendError(response, error);
        return;
      }
      // A client that goes away while it sends is its own business.
      if (request.destroyed && !request.complete) return;
      logger.error({ error }, 'simulator: a request failed');
      sendError(response, new ProviderError(REFUSALS.server_error));
    }
  }

  function open(): Promise<Server> {
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void handle(request, response);
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        port = (server.address() as AddressInfo).port;
        resolve(server);
      });
    });
  }

  return {
    async listen() {
      listening ??= open();
      try {
        await listening;
      } catch (error) {
        listening = null;
        throw error;
      }
      return port;
    },
    async close() {
      const opened = listening;
      listening = null;
      if (!opened) return;
      const server = await opened;
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}
