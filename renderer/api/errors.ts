import { ORPCError } from '@orpc/client';
import type { ErrorCode } from '../../backend/contract/errors.ts';

/** What went wrong, as far as the interface has to tell cases apart. */
export type Failure = {
  /** `unreachable`: the backend gave no answer at all. */
  code: ErrorCode | 'unreachable';
  /** A sentence in the operator's language; empty when there is none to show. */
  message: string;
};

/** Reads an error of a call: its code, and the sentence that the backend chose. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ORPCError) {
    const code = error.status === 401 ? 'unauthorized' : (String(error.code).toLowerCase() as ErrorCode);
    return { code, message: error.message === error.code ? '' : error.message };
  }
  return { code: 'unreachable', message: '' };
}

/** True when asking again may help: no answer, too many at once, or a fault inside the backend. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ORPCError)) return true;
  return error.status >= 500 || error.status === 429;
}
