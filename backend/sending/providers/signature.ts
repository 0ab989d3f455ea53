import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookRequest } from '../provider.ts';

const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

/**
 * Whether a header holds `sha256=HEX`, the HMAC-SHA256 of the raw body under one of the secrets (WHK-3). Several secrets
 * are in force while one is being replaced. A missing, repeated, short, or upper-case signature is not one.
 */
export function isSigned(request: WebhookRequest, header: string, secrets: readonly string[]): boolean {
  const given = request.headers[header];
  if (typeof given !== 'string' || !SIGNATURE.test(given)) return false;
  let found = false;
  for (const secret of secrets) {
    const expected = `sha256=${createHmac('sha256', secret).update(request.body).digest('hex')}`;
    // No early end: the time taken does not tell which secret fits.
    found = timingSafeEqual(Buffer.from(given), Buffer.from(expected)) || found;
  }
  return found;
}

/** @throws RangeError for a blank secret: anybody could sign with it */
export function checkSecrets(secrets: readonly string[]): readonly string[] {
  if (secrets.some((secret) => secret.trim() === '')) throw new RangeError('A webhook secret must not be blank.');
  return secrets;
}
