import type { RequestHandler } from 'express';
import { loginInput } from '../contract/workspace.ts';
import { VigieError } from '../contract/errors.ts';
import { HOUR_MS, toIso } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import { createLimiter, type RateLimit } from './limits.ts';
import type { Sessions } from './sessions.ts';
import type { Tokens } from './tokens.ts';

export type AuthenticationFailure = 'token' | 'password';

/** How long a token from a login is good for. */
const LOGIN_TOKEN_MS = 12 * HOUR_MS;

/** Who may call: each step lets a request pass or ends it with `unauthorized`. */
export type Access = {
  /** A valid bearer token; a cookie counts for nothing (API-1). */
  requireToken: RequestHandler;
  /** A browser's session, or a bearer token. */
  requireSession: RequestHandler;
  limitLogin: RequestHandler;
  login: RequestHandler;
  signIn: RequestHandler;
  signOut: RequestHandler;
};

export function createAccess(deps: {
  tokens: Tokens;
  sessions: Sessions;
  logger: Logger;
  limits: { login: RateLimit };
  onAuthenticationFailure: (kind: AuthenticationFailure) => void;
}): Access {
  const { tokens, sessions } = deps;

  const refuse = (kind: AuthenticationFailure): VigieError => {
    deps.onAuthenticationFailure(kind);
    return new VigieError('unauthorized');
  };

  const checkPassword = (body: unknown): void => {
    const { success, data } = loginInput.safeParse(body);
    if (!success) throw new VigieError('bad_request', { detail: 'validation.password' });
    if (sessions.isPassword(data.password)) return;
    deps.logger.warn({}, 'a sign-in was refused');
    throw refuse('password');
  };

  return {
    requireToken: async (request, response, next) => {
      const claims = await tokens.verifyToken(bearerOf(request.headers.authorization) ?? '');
      if (claims === null) {
        response.setHeader('www-authenticate', 'Bearer');
        throw refuse('token');
      }
      response.locals['actor'] = claims.sub;
      next();
    },

    requireSession: async (request, response, next) => {
      const bearer = bearerOf(request.headers.authorization);
      const claims = await (bearer === null ? sessions.read(request, response) : tokens.verifyToken(bearer));
      if (claims === null) throw refuse('token');
      response.locals['actor'] = claims.sub;
      next();
    },

    limitLogin: createLimiter(deps.limits.login, { onlyRefusals: true }),

    login: async (request, response) => {
      checkPassword(request.body);
      const { token, expiresAt } = await tokens.issueToken({
        role: 'admin',
        expiresInMs: LOGIN_TOKEN_MS,
        subject: 'api',
      });
      response.json({ token, expiresAt: toIso(expiresAt) });
    },

    signIn: async (request, response) => {
      if (!sessions.open) checkPassword(request.body);
      await sessions.grant(response);
      response.json({ done: true });
    },

    signOut: async (request, response) => {
      await sessions.end(request, response);
      response.json({ done: true });
    },
  };
}

function bearerOf(authorization: string | undefined): string | null {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}
