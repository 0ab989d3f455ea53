import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createRouterClient } from '@orpc/server';
import type { RequestHandler } from 'express';
import type { Contract } from '../contract/contract.ts';
import type { ExportChunk } from '../contract/exports.ts';
import type { ContractRouterClient } from '@orpc/contract';
import type { RequestContext, VigieRouter } from './router.ts';

/** What a file is called, and how its call is asked for. */
type Export = {
  fileName: string;
  ask(client: ContractRouterClient<Contract>, query: object): Promise<AsyncIterable<ExportChunk>>;
};

/** The calls of the contract that REST answers with a file instead of events (CMP-13). */
export const EXPORTS: Record<string, Export> = {
  '/campaigns/:id/export.csv': {
    fileName: 'recipients.csv',
    ask: (client, query) => client.exports.recipients(query as never),
  },
  '/exports/attempts.csv': {
    fileName: 'attempts.csv',
    ask: (client, query) => client.exports.attempts(query),
  },
  '/exports/errors.csv': { fileName: 'errors.csv', ask: (client, query) => client.exports.errors(query) },
};

/** Streams an export as a CSV file. It is read no faster than it is taken, and no further once nobody takes it. */
export function serveExport(
  router: VigieRouter,
  { fileName, ask }: Export,
  contextOf: (request: Parameters<RequestHandler>[0]) => RequestContext,
): RequestHandler {
  return async (request, response) => {
    const client: ContractRouterClient<Contract> = createRouterClient(router, { context: contextOf(request) });
    const given = Object.entries({ ...request.query, ...request.params }).filter(([, value]) => value !== '');
    const chunks = await ask(client, Object.fromEntries(given));
    response.setHeader('content-type', 'text/csv; charset=utf-8');
    response.setHeader('content-disposition', `attachment; filename="${fileName}"`);
    await pipeline(Readable.from(textOf(chunks)), response);
  };
}

async function* textOf(chunks: AsyncIterable<ExportChunk>): AsyncGenerator<string> {
  for await (const { csv } of chunks) yield csv;
}
