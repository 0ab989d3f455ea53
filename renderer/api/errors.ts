import { ORPCError } from '@orpc/client';
import { ERROR_STATUS, type ErrorCode } from '../../backend/contract/errors.ts';

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
    if (isErrorCode(error.code)) return { code: error.code, message: error.message };
    // Not an answer of the backend's own: its words are for programmers.
    return { code: error.status === 401 ? 'unauthorized' : 'internal_error', message: '' };
  }
  return { code: 'unreachable', message: '' };
}

/** True when asking again may help: no answer, too many at once, or a fault inside the backend. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ORPCError)) return true;
  if (error.code === 'frozen') return false;
  return error.status >= 500 || error.status === 429;
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_STATUS, code);
}
