import { readFile } from 'node:fs/promises';
import path from 'node:path';
import express, { Router } from 'express';
import type { Locale } from '../contract/common.ts';
import { sentence } from '../contract/messages/sentence.ts';
import { requestedLocale, requestPath } from './answers.ts';
import type { Sessions } from './sessions.ts';

/** Built files have a hash of their content in their name. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * Serves the built interface: its page at `/`, its files below. Addresses of pages lead to the page: it keeps its place
 * behind the `#`. Where nobody is asked for a password, the page brings the session along.
 */
export function serveInterface(deps: { folder: string; sessions: Sessions; locale: () => Locale }): Router {
  const router = Router();
  const index = path.join(deps.folder, 'index.html');

  router.get('/', async (request, response) => {
    const page = await readPage(index);
    response.setHeader('cache-control', 'no-store');
    if (page === null) {
      const text = sentence(requestedLocale(request) ?? deps.locale(), 'http.interface_missing');
      response.status(503).type('text/plain').send(`${text}\n`);
      return;
    }
    if (deps.sessions.open) await deps.sessions.grant(response);
    response.type('text/html').send(page);
  });

  router.use(
    express.static(deps.folder, {
      index: false,
      redirect: false,
      setHeaders(response, file) {
        response.setHeader('cache-control', file.includes(`${path.sep}assets${path.sep}`) ? FOREVER : 'no-cache');
      },
    }),
  );

  router.get(/^[^.]*$/, (request, response) => {
    response.redirect(302, `/#${requestPath(request).replace(/^\/+/, '/')}${searchOf(request.originalUrl)}`);
  });

  return router;
}

async function readPage(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function searchOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}
