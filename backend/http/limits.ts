import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { ERROR_STATUS, VigieError } from '../contract/errors.ts';
import { MINUTE_MS, SECOND_MS } from '../core/days.ts';

export type RateLimit = { max: number; windowMs: number };

/** Nobody types faster, and a guesser gets 120 tries an hour (API-4). */
export const LOGIN_LIMIT: RateLimit = { max: 10, windowMs: 5 * MINUTE_MS };
/** Far above what screens and scripts need, far below what would starve the sending (API-4). */
export const ADMIN_LIMIT: RateLimit = { max: 3_000, windowMs: 10 * SECOND_MS };

/**
 * Refuses with `too_many_requests` and `Retry-After` what comes too often from one address (API-4).
 * @param options `onlyRefusals`: only what is answered `unauthorized` counts
 */
export function createLimiter(limit: RateLimit, options: { onlyRefusals?: boolean } = {}): RequestHandler {
  return rateLimit({
    windowMs: limit.windowMs,
    limit: limit.max,
    skipSuccessfulRequests: options.onlyRefusals ?? false,
    requestWasSuccessful: (_request, response) => response.statusCode !== ERROR_STATUS.unauthorized,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    // Its warnings go to the console, about proxies whose headers are not looked at here.
    validate: false,
    handler(_request, response) {
      throw new VigieError('too_many_requests', { seconds: Number(response.getHeader('Retry-After')) });
    },
  });
}
