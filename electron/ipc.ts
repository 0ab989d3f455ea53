import { RPCHandler } from '@orpc/server/websocket';
import { ipcMain, type IpcMainEvent, type WebContents } from 'electron';
import { z } from 'zod';
import { locale } from '../backend/contract/common.ts';
import { isOwnAddress } from './addresses.ts';
import type { Backend, CallContext, Report } from './backend.ts';
import { NAVIGATE_CHANNEL, RPC_CHANNEL } from './channels.ts';

/** One load of one page: its calls and subscriptions end together. */
type Session = { id: string; port: Parameters<RPCHandler<CallContext>['close']>[0] };

export type Ipc = {
  /** Lets a window's page call the backend. */
  admit(contents: WebContents): void;
  /** Asks a page that is loaded to show a page of the interface. */
  navigate(contents: WebContents, page: string): void;
  stop(): void;
};

const parcel = z.tuple([z.uuid(), z.union([z.string(), z.instanceof(Uint8Array)])]);

/**
 * Serves the router to the windows: the only place that touches `ipcMain`, and the only place that checks who speaks.
 * The page speaks oRPC's peer protocol through its message-port link. The server's end is oRPC's handler of single
 * messages, as the one of the message-port adapter keeps no hold on a message that cannot be read.
 * The page says with each call in which language it wants its errors.
 */
export function serveIpc(router: Backend['router'], context: CallContext, report: Report): Ipc {
  const handler = new RPCHandler(router, {
    interceptors: [
      ({ next, ...call }) => {
        const asked = locale.safeParse(call.request.headers['accept-language']);
        return next({ ...call, context: { ...call.context, locale: asked.data } });
      },
    ],
  });
  const admitted = new Set<number>();
  const sessions = new Map<number, Session>();

  const end = (contentsId: number): void => {
    const session = sessions.get(contentsId);
    sessions.delete(contentsId);
    if (session) handler.close(session.port);
  };

  const portOf = (contents: WebContents, id: string): Session['port'] => {
    const present = sessions.get(contents.id);
    if (present?.id === id) return present.port;
    end(contents.id);
    const port = createPort(contents, id);
    sessions.set(contents.id, { id, port });
    return port;
  };

  const receive = (event: IpcMainEvent, ...parts: unknown[]): void => {
    if (!isTrusted(event, admitted)) {
      report('a message from a stranger was refused');
      return;
    }
    const read = parcel.safeParse(parts);
    if (!read.success) {
      report('a malformed message from the page was refused');
      return;
    }
    const [id, message] = read.data;
    const content = typeof message === 'string' ? message : new Uint8Array(message).buffer;
    handler.message(portOf(event.sender, id), content, { context }).catch((error: unknown) => {
      report('a message from the page could not be answered', error);
    });
  };

  ipcMain.on(RPC_CHANNEL, receive);
  return {
    admit(contents) {
      const { id } = contents;
      admitted.add(id);
      contents.on('render-process-gone', () => {
        end(id);
      });
      contents.once('destroyed', () => {
        admitted.delete(id);
        end(id);
      });
    },
    navigate(contents, page) {
      contents.send(NAVIGATE_CHANNEL, page);
    },
    stop() {
      ipcMain.off(RPC_CHANNEL, receive);
      for (const id of [...sessions.keys()]) end(id);
    },
  };
}

/** Hands on every text that the page of one window says on a channel; returns the function that ends it. */
export function hear(contents: WebContents, channel: string, listener: (text: string) => void): () => void {
  const admitted = new Set([contents.id]);
  const receive = (event: IpcMainEvent, ...parts: unknown[]): void => {
    const read = z.tuple([z.string()]).safeParse(parts);
    if (read.success && isTrusted(event, admitted)) listener(read.data[0]);
  };
  ipcMain.on(channel, receive);
  return () => {
    ipcMain.off(channel, receive);
  };
}

/** Only the main frame of one of our windows, showing our own interface, may speak (SEC-5). */
function isTrusted({ sender, senderFrame }: IpcMainEvent, admitted: ReadonlySet<number>): boolean {
  return (
    admitted.has(sender.id) && senderFrame !== null && senderFrame.parent === null && isOwnAddress(senderFrame.url)
  );
}

function createPort(contents: WebContents, session: string): Session['port'] {
  return {
    send(message) {
      if (!contents.isDestroyed()) contents.send(RPC_CHANNEL, session, message);
    },
    addEventListener() {
      throw new Error('messages are handed over one by one');
    },
  };
}
