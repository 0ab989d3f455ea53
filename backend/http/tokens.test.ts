import { describe, expect, it } from 'vitest';
import { createTokens } from './tokens.ts';

const HOUR = 3_600_000;
const secret = new Uint8Array(32).fill(1);
const at = Date.parse('2026-11-20T08:00:00.000Z');

function tokensAt(now: { at: number }, key = secret) {
  return createTokens({ secret: key, clock: { now: () => now.at } });
}

describe('tokens', () => {
  it('are accepted until their end and refused from that second on (SEC-2)', async () => {
    const now = { at };
    const tokens = tokensAt(now);
    const { token, expiresAt } = await tokens.issueToken({ role: 'admin', expiresInMs: HOUR });
    expect(expiresAt).toBe(at + HOUR);
    now.at = at + HOUR - 1_000;
    expect(await tokens.verifyToken(token)).toMatchObject({ sub: 'api', role: 'admin' });
    now.at = at + HOUR;
    expect(await tokens.verifyToken(token)).toBeNull();
  });

  it('name who acts with them', async () => {
    const tokens = tokensAt({ at });
    const { token } = await tokens.issueToken({ role: 'super_admin', expiresInMs: HOUR, subject: 'cli' });
    expect(await tokens.verifyToken(token)).toMatchObject({ sub: 'cli', role: 'super_admin' });
  });

  it('are good for one audience only', async () => {
    const tokens = tokensAt({ at });
    const content = { sub: 'interface', role: 'admin' } as const;
    const session = await tokens.issue('vigie-session', content, HOUR);
    expect(await tokens.verify('vigie-session', session.token)).toMatchObject(content);
    expect(await tokens.verifyToken(session.token)).toBeNull();
  });

  it('are refused under another secret', async () => {
    const { token } = await tokensAt({ at }, new Uint8Array(32).fill(2)).issueToken({
      role: 'admin',
      expiresInMs: HOUR,
    });
    expect(await tokensAt({ at }).verifyToken(token)).toBeNull();
  });

  it('cannot be made with a secret under 256 bits (SEC-2)', () => {
    expect(() => createTokens({ secret: new Uint8Array(31), clock: { now: () => at } })).toThrow(RangeError);
  });
});
