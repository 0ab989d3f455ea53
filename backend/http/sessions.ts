import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { HOUR_MS, SECOND_MS } from '../core/days.ts';
import type { Claims, Tokens } from './tokens.ts';

/** A browser that is used renews its session; one that is left alone is signed out after this. */
const SESSION_MS = 12 * HOUR_MS;
/** Actor of the audit trail for what is done in the browser. */
const ACTOR = 'interface';

type Session = Claims & { expiresAt: number };

/** Sessions of browsers: a signed cookie that scripts cannot read and other sites cannot send. */
export type Sessions = {
  /** Nobody is asked for a password: whoever reaches the port is the operator. See `docs/decisions/local-session.md`. */
  readonly open: boolean;
  isPassword(given: string): boolean;
  grant(response: ServerResponse): Promise<void>;
  /** The session that a request brings, or null. One that is half over is renewed. */
  read(request: IncomingMessage, response: ServerResponse): Promise<Claims | null>;
  /** Signs out: the cookie goes, and is worth nothing to who kept a copy. */
  end(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

/** @param deps `port`: names the cookie, as browsers do not keep the cookies of two ports apart */
export function createSessions(deps: {
  tokens: Tokens;
  clock: Pick<Clock, 'now'>;
  password: string | null;
  port: () => number;
}): Sessions {
  const { tokens, clock, password } = deps;
  /** Sessions are worth nothing any more once another password is set. */
  const key = tokens.fingerprint(`session:${password ?? ''}`);
  const ended = new Map<string, number>();

  const setCookie = (response: ServerResponse, value: string, maxAgeMs: number): void => {
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(maxAgeMs / SECOND_MS)}`;
    response.appendHeader('set-cookie', `vigie-${deps.port()}=${value}; ${attributes}`);
  };

  async function grant(response: ServerResponse): Promise<void> {
    const content = { sub: ACTOR, role: 'admin', jti: randomUUID(), key } as const;
    const { token } = await tokens.issue('vigie-session', content, SESSION_MS);
    setCookie(response, token, SESSION_MS);
  }

  async function present(request: IncomingMessage): Promise<(Session & { jti: string }) | null> {
    const cookie = cookieOf(request, `vigie-${deps.port()}`);
    const session = cookie === null ? null : await tokens.verify('vigie-session', cookie);
    if (session?.jti === undefined || session.key !== key || ended.has(session.jti)) return null;
    return { ...session, jti: session.jti };
  }

  return {
    open: password === null,
    isPassword: (given) => password !== null && timingSafeEqual(digest(given), digest(password)),
    grant,
    async read(request, response) {
      const session = await present(request);
      if (session !== null && session.expiresAt - clock.now() < SESSION_MS / 2) await grant(response);
      return session;
    },
    async end(request, response) {
      const session = await present(request);
      setCookie(response, '', 0);
      if (session === null) return;
      for (const [id, expiresAt] of ended) if (expiresAt < clock.now()) ended.delete(id);
      ended.set(session.jti, session.expiresAt);
    },
  };
}

/** Digests have one length whatever they are made from, so that a comparison tells nothing about it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function cookieOf({ headers }: IncomingMessage, name: string): string | null {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [found, value] = pair.trim().split('=', 2);
    if (found === name && value !== undefined) return value;
  }
  return null;
}
