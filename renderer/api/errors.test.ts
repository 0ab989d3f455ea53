import { ORPCError } from '@orpc/client';
import { expect, it } from 'vitest';
import { failureOf, mayPass } from './errors.ts';

it('keeps the sentence that the backend chose, with its code (API-2)', () => {
  const error = new ORPCError('opted_out', { status: 422, message: 'Ce contact ne veut plus rien recevoir.' });
  expect(failureOf(error)).toEqual({ code: 'opted_out', message: 'Ce contact ne veut plus rien recevoir.' });
});

it('knows a missing sign-in by its status, and a backend that does not answer', () => {
  expect(failureOf(new ORPCError('MALFORMED', { status: 401 })).code).toBe('unauthorized');
  const foreign = new ORPCError('INTERNAL_SERVER_ERROR', { status: 500 });
  expect(failureOf(foreign)).toEqual({ code: 'internal_error', message: '' });
  expect(failureOf(new TypeError('fetch failed'))).toEqual({ code: 'unreachable', message: '' });
});

it('asks again only where that may help', () => {
  const refused = (status: number): boolean => mayPass(new ORPCError('x', { status }));
  expect([400, 401, 404, 409, 422].map(refused)).toEqual([false, false, false, false, false]);
  expect([429, 500, 503].map(refused)).toEqual([true, true, true]);
  expect(mayPass(new TypeError('fetch failed'))).toBe(true);
});
