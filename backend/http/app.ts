import { OpenAPIHandler } from '@orpc/openapi/node';
import { ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/node';
import express, { Router, type Express, type Request, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Locale } from '../contract/common.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { createAccess, type AuthenticationFailure } from './access.ts';
import { createFail, errorBody, requestedLocale } from './answers.ts';
import { createReadBody } from './body.ts';
import { createErrorRenderer, type RenderError } from './errors.ts';
import { EXPORTS, serveExport } from './exports.ts';
import { serveInterface } from './interface.ts';
import { createLimiter, type RateLimit } from './limits.ts';
import { createOpenApiDocument } from './openapi.ts';
import { isOwnRequest } from './origin.ts';
import type { RequestContext, VigieRouter } from './router.ts';
import type { Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';

/** `ok`, or why the host does not work at present. */
export type HostStatus = 'ok' | 'starting' | 'frozen' | 'stopping';

export type AdminAppDeps = {
  router: VigieRouter;
  tokens: Tokens;
  sessions: Sessions;
  clock: Clock;
  logger: Logger;
  locale: () => Locale;
  status: () => HostStatus;
  version: string;
  /** Folder of the built interface. */
  interfaceFolder: string;
  /** Folder for large files that are on their way in. */
  uploads: string;
  /** Where we listen, as configured, and the port that came of it. */
  own: () => { host: string; port: number };
  limits: { login: RateLimit; admin: RateLimit };
  onAuthenticationFailure: (kind: AuthenticationFailure) => void;
};

/**
 * Everything that the admin port answers (SEC-1, API-1 to API-4), in this order: strangers are sent away, then who may
 * call what is asked, then how often, and only then is a body read.
 */
export function createAdminApp(deps: AdminAppDeps): Express {
  const renderError = createErrorRenderer(deps);
  const fail = createFail(renderError);
  const access = createAccess(deps);
  const readBody = createReadBody(deps.uploads);
  const routes = Router();

  routes.use(securityHeaders);
  routes.use((request, _response, next) => {
    if (!isOwnRequest(request, deps.own())) throw new VigieError('forbidden');
    next();
  });
  routes.get('/health', health(deps));

  routes.use('/api', noStore);
  routes.post('/api/auth/login', access.limitLogin, readBody, access.login);
  routes.use('/api', access.requireToken, createLimiter(deps.limits.admin));
  routes.get('/api/openapi.json', openApiDocument(deps.version));
  for (const [path, file] of Object.entries(EXPORTS)) {
    routes.get(`/api${path}`, serveExport(deps.router, file, contextOf));
  }
  routes.use('/api', readBody, serveRest(deps.router, renderError));

  routes.use('/rpc', noStore, access.requireSession, createLimiter(deps.limits.admin), readBody);
  routes.use('/rpc', serveRpc(deps.router, renderError));

  routes.post('/session', noStore, access.limitLogin, readBody, access.signIn);
  routes.delete('/session', noStore, access.signOut);
  routes.use(serveInterface({ folder: deps.interfaceFolder, sessions: deps.sessions, locale: deps.locale }));

  const app = express();
  app.disable('etag').disable('x-powered-by');
  app.use((request, response) => {
    routes(request, response, (error: unknown) => {
      fail(request, response, error ?? new VigieError('not_found'));
    });
  });
  return app;
}

/**
 * Styles may stand inline: dialogs and menus (Radix) write style elements while they are open. Scripts never may.
 * Addresses are `http:`, so nothing is upgraded and nothing is pinned to `https:`.
 */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
  referrerPolicy: { policy: 'same-origin' },
});

const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};

function health({ status, version, clock }: AdminAppDeps): RequestHandler {
  const startedAt = clock.monotonic();
  return (_request, response) => {
    const word = status();
    const uptimeSeconds = Math.floor((clock.monotonic() - startedAt) / 1000);
    response.setHeader('cache-control', 'no-store');
    response.status(word === 'ok' ? 200 : 503).json({ status: word, version, uptimeSeconds });
  };
}

function openApiDocument(version: string): RequestHandler {
  let made: ReturnType<typeof createOpenApiDocument> | undefined;
  return async (_request, response) => {
    made ??= createOpenApiDocument(version);
    response.json(await made);
  };
}

function serveRest(router: VigieRouter, renderError: RenderError): RequestHandler {
  const handler = new OpenAPIHandler(router, {
    interceptors: [renderingWith(renderError)],
    customErrorResponseBodyEncoder: (error) => errorBody(renderError(error)),
  });
  return async (request, response) => {
    dropEmptyParameters(request);
    const { matched } = await handler.handle(request, response, { prefix: '/api', context: contextOf(request) });
    if (!matched) throw new VigieError('not_found');
  };
}

function serveRpc(router: VigieRouter, renderError: RenderError): RequestHandler {
  const handler = new RPCHandler(router, { interceptors: [renderingWith(renderError)] });
  return async (request, response) => {
    const { matched } = await handler.handle(request, response, { prefix: '/rpc', context: contextOf(request) });
    if (!matched) throw new VigieError('not_found');
  };
}

function contextOf(request: Request): RequestContext {
  const { actor } = request.res?.locals as { actor: string };
  return { actor, locale: requestedLocale(request) };
}

/** What fails outside of the router is a request that oRPC could not decode. */
function renderingWith(renderError: RenderError) {
  return async <Result>({
    context,
    next,
  }: {
    context: RequestContext;
    next: () => Promise<Result>;
  }): Promise<Result> => {
    try {
      return await next();
    } catch (error) {
      const shown = error instanceof ORPCError ? error : new VigieError('bad_request', UNREADABLE, { cause: error });
      throw renderError(shown, { locale: context.locale });
    }
  };
}

const UNREADABLE = { detail: 'validation.unreadable' };

/** `GET /attempts?state=` asks for every state: an empty parameter of a list is none. */
function dropEmptyParameters(request: Request): void {
  const start = request.originalUrl.indexOf('?');
  if (request.method !== 'GET' || start === -1) return;
  const path = request.originalUrl.slice(0, start);
  const pairs = request.originalUrl.slice(start + 1).split('&');
  const kept = pairs.filter((pair) => !/^[^=]*=$/.test(pair));
  request.originalUrl = kept.length > 0 ? `${path}?${kept.join('&')}` : path;
}
