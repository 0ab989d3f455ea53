import { createHmac } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import { SECOND_MS } from '../core/days.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'vigie';
/** A key for HS256 is at least as long as its hash (RFC 7518, 3.2). */
const SECRET_BYTES = 32;
/** Ours have about 250 characters; what is far longer is not looked at. */
const LONGEST_TOKEN = 4_096;

/** Both may do everything (API-6). */
export const role = z.enum(['admin', 'super_admin']);
export type Role = z.infer<typeof role>;

/** `vigie` opens the REST API, `vigie-session` the calls of a browser that signed in; neither opens the other's door. */
export type Audience = 'vigie' | 'vigie-session';

const claims = z.object({
  sub: z.string().min(1),
  role,
  jti: z.string().exactOptional(),
  key: z.string().exactOptional(),
});
/** `sub` is the actor of the audit trail; `jti` and `key` are set on browser sessions only. */
export type Claims = z.infer<typeof claims>;

export type IssuedToken = { token: string; expiresAt: number };

/** Makes and checks JWTs: HS256 only, with `exp`, `aud` and `iss` (SEC-2). */
export type Tokens = {
  /** A token for the REST API. `subject` is who acts with it, in the audit trail. */
  issueToken(request: { role: Role; expiresInMs: number; subject?: string }): Promise<IssuedToken>;
  /** What a token says, or null when it is not a valid one for the REST API. */
  verifyToken(token: string): Promise<Claims | null>;
  issue(audience: Audience, content: Claims, expiresInMs: number): Promise<IssuedToken>;
  /** What a token for this audience says, and when it ends; null when it is not valid. */
  verify(audience: Audience, token: string): Promise<(Claims & { expiresAt: number }) | null>;
  /** The same for the same text, and of no use to who does not hold the secret. */
  fingerprint(text: string): string;
};

/** @param deps `secret`: at least 256 random bits */
export function createTokens({
  secret,
  clock,
  alsoAccepts = null,
}: {
  secret: Uint8Array;
  clock: Pick<Clock, 'now'>;
  /** Another secret whose tokens are good too. */
  alsoAccepts?: Uint8Array | null;
}): Tokens {
  if (secret.length < SECRET_BYTES) throw new RangeError('The secret of tokens needs 256 bits');

  async function issue(audience: Audience, content: Claims, expiresInMs: number): Promise<IssuedToken> {
    const issuedAt = Math.floor(clock.now() / SECOND_MS);
    const expiresAt = Math.floor((clock.now() + expiresInMs) / SECOND_MS);
    const token = await new SignJWT(content)
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(secret);
    return { token, expiresAt: expiresAt * SECOND_MS };
  }

  async function verify(audience: Audience, token: string): Promise<(Claims & { expiresAt: number }) | null> {
    if (token.length > LONGEST_TOKEN) return null;
    const found = await verifyWith(secret, audience, token);
    return found !== null || alsoAccepts === null ? found : verifyWith(alsoAccepts, audience, token);
  }

  async function verifyWith(
    key: Uint8Array,
    audience: Audience,
    token: string,
  ): Promise<(Claims & { expiresAt: number }) | null> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        audience,
        issuer: ISSUER,
        requiredClaims: ['exp', 'iat', 'sub'],
        currentDate: new Date(clock.now()),
      });
      return { ...claims.parse(payload), expiresAt: Number(payload.exp) * SECOND_MS };
    } catch {
      // Why a token is refused is nobody's business but its owner's: every reason gives the same answer.
      return null;
    }
  }

  return {
    issueToken: ({ role: granted, expiresInMs, subject = 'api' }) =>
      issue('vigie', { sub: subject, role: granted }, expiresInMs),
    verifyToken: (token) => verify('vigie', token),
    issue,
    verify,
    fingerprint: (text) => createHmac('sha256', secret).update(text).digest('base64url'),
  };
}
