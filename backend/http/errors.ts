import { ORPCError, ValidationError } from '@orpc/server';
import type { z } from 'zod';
import type { Locale } from '../contract/common.ts';
import { ERROR_STATUS, VigieError, type ErrorCode, type ErrorData } from '../contract/errors.ts';
import { errorSentence, isSentenceKey, sentence } from '../contract/messages/sentence.ts';
import { maskPhonesIn } from '../core/masking.ts';
import type { Logger } from '../core/logger.ts';
import { describeIssues } from './validation.ts';

/** An error as it leaves: code, status, a sentence in the reader's language, and the values that it names. */
export type RenderedError = ORPCError<ErrorCode, unknown>;

/** Turns whatever was thrown into an error that may leave, the only place where that happens (API-2). */
export type RenderError = (error: unknown, request?: { locale?: Locale | undefined; place?: string }) => RenderedError;

/** @param deps `locale`: the language when a request asks for none */
export function createErrorRenderer(deps: { locale: () => Locale; logger: Logger }): RenderError {
  return (error, { locale = deps.locale(), place = '' } = {}) => {
    if (isRendered(error)) return error;
    if (error instanceof VigieError) return rendered(locale, error);
    const foreign = error instanceof ORPCError ? renderForeign(error as ORPCError<string, unknown>, locale) : null;
    if (foreign !== null) return foreign;
    logUnexpected(deps.logger, error, place);
    return rendered(locale, new VigieError('internal_error'));
  };
}

function isRendered(error: unknown): error is RenderedError {
  return error instanceof ORPCError && Object.hasOwn(ERROR_STATUS, error.code as string);
}

function rendered(locale: Locale, error: VigieError, data: unknown = error.data): RenderedError {
  const { code, publicCode, status } = error;
  const message = errorSentence(locale, { code, data: withDetail(locale, error.data) });
  const sent = publicCode === code ? data : { ...error.data, reason: code };
  return new ORPCError<ErrorCode, unknown>(publicCode, { status, message, data: sent, cause: error });
}

/** A detail that is the key of a sentence is said in the reader's language. */
function withDetail(locale: Locale, data: ErrorData = {}): ErrorData {
  const { detail } = data;
  if (typeof detail !== 'string' || !isSentenceKey(detail)) return data;
  return { ...data, detail: sentence(locale, detail, data) };
}

/** Errors of oRPC that a caller caused: input that does not fit the contract, bodies and methods that it refuses. */
function renderForeign(error: ORPCError<string, unknown>, locale: Locale): RenderedError | null {
  switch (error.status) {
    case ERROR_STATUS.bad_request:
      return error.cause instanceof ValidationError
        ? renderIssues(locale, describeIssues(locale, error.cause.issues as z.core.$ZodIssue[], error.cause.data))
        : rendered(locale, new VigieError('bad_request', { detail: 'validation.unreadable' }));
    case ERROR_STATUS.not_found:
    case METHOD_NOT_ALLOWED:
      return rendered(locale, new VigieError('not_found'));
    default:
      return null;
  }
}

/** What does not exist for this method does not exist. */
const METHOD_NOT_ALLOWED = 405;

/** How many wrong fields a sentence names; `data.issues` holds all of them. */
const FIELDS_NAMED = 3;

function renderIssues(locale: Locale, issues: ReturnType<typeof describeIssues>): RenderedError {
  const detail = issues
    .slice(0, FIELDS_NAMED)
    .map(({ message }) => message)
    .join(', ');
  return rendered(locale, new VigieError('bad_request', { detail }), { issues });
}

/** Says where it happened and why, without what a user wrote (SEC-4). */
function logUnexpected(logger: Logger, error: unknown, place: string): void {
  const cause = error instanceof ORPCError ? error.cause : error;
  if (cause instanceof ValidationError) {
    const fields = (cause.issues as z.core.$ZodIssue[]).map(({ path }) => path.map(String).join('.'));
    logger.error({ place, fields }, 'an answer does not fit the contract');
    return;
  }
  const { name, message, stack } = cause instanceof Error ? cause : new Error(String(cause));
  logger.error({ place, error: name, reason: withoutQuotes(message), stack: stackFrames(stack) }, 'a call failed');
}

/** Messages of parsers quote their input. */
function withoutQuotes(message: string): string {
  return maskPhonesIn(message.replace(/"[^"]*"?/g, '"..."'));
}

/** The stack without its first lines, which repeat the message. */
function stackFrames(stack: string | undefined): string[] {
  return (stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
}
