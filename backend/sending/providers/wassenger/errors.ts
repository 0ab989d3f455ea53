import { maskPhonesIn } from '../../../core/masking.ts';
import type { ErrorClass } from '../../provider.ts';
import { isObject, listAt, textAt } from '../reading.ts';

type ErrorRule = {
  class: ErrorClass;
  /** What several contacts running with this code mean: the account is restricted. */
  whenRepeated?: 'pause_line' | 'pause_message_1';
};

/**
 * Wassenger's error codes and what each means for what comes next (SND-5). A code that ends in `*` stands for its whole
 * family. Every code that leaves this provider is a key of this table and has a sentence `provider.wassenger.CODE`.
 */
export const WASSENGER_ERRORS = {
  'number:notfound': { class: 'final_contact' },
  'phone:invalid': { class: 'final_contact' },
  'contact:blocked': { class: 'final_contact' },
  'contact:excluded': { class: 'final_contact' },
  'message:forbidden': { class: 'final_contact', whenRepeated: 'pause_line' },
  // Restricted accounts often may still answer in open chats, but start no new ones.
  'message:forbidden_first_message': { class: 'final_contact', whenRepeated: 'pause_message_1' },
  'chat:cannot_send': { class: 'final_contact', whenRepeated: 'pause_line' },
  max_retries: { class: 'retry' },
  'waba:error': { class: 'retry' },
  'media:*': { class: 'final_content' },
  'file:*': { class: 'final_content' },
  'file:not_found': { class: 'final_content' },
  'session:*': { class: 'pause_line' },
  'device:*': { class: 'pause_line' },
  'account:*': { class: 'pause_line' },
  // Terminal states of a message in the provider's queue.
  expired: { class: 'retry' },
  removed: { class: 'retry' },
  cancelled: { class: 'retry' },
  invalid: { class: 'final_content' },
  delivery_failed: { class: 'retry' },
  http_400: { class: 'final_content' },
  http_401: { class: 'pause_line' },
  http_402: { class: 'pause_line' },
  http_403: { class: 'pause_line' },
  http_404: { class: 'pause_line' },
  http_409: { class: 'retry' },
  http_413: { class: 'final_content' },
  http_415: { class: 'final_content' },
  http_429: { class: 'retry' },
  http_4xx: { class: 'retry' },
} as const satisfies Record<string, ErrorRule>;

export type WassengerErrorCode = keyof typeof WASSENGER_ERRORS;

/** Statuses that say more than any code in the body: the request was not looked at. */
const STATUS_FIRST = [401, 402, 429];
const ABOUT_PHONE = /phone|number|recipient/i;
const LONGEST_DETAIL = 300;

export function isWassengerCode(code: string): code is WassengerErrorCode {
  return Object.hasOwn(WASSENGER_ERRORS, code);
}

/** Class of a code; one that is not in the table is tried again within the attempt's own limit. */
export function classifyWassenger(code: string): ErrorClass {
  return isWassengerCode(code) ? WASSENGER_ERRORS[code].class : 'retry';
}

/** What this code on several contacts running asks for; null for codes that say nothing about the line. */
export function whenRepeatedWassenger(code: string): 'pause_line' | 'pause_message_1' | null {
  const rule: ErrorRule | undefined = isWassengerCode(code) ? WASSENGER_ERRORS[code] : undefined;
  return rule?.whenRepeated ?? null;
}

/** The code of a definite refusal, from the status and the body of a 4xx answer. */
export function readRefusalCode(status: number, body: unknown): WassengerErrorCode {
  if (STATUS_FIRST.includes(status)) return statusCode(status);
  for (const candidate of namedCodes(body)) {
    const code = knownCode(candidate);
    if (code !== null) return code;
  }
  if (status === 400 && isAboutPhone(body)) return 'phone:invalid';
  return statusCode(status);
}

/** The code of a message that failed after it was accepted, from free-form fields of a webhook or look-up. */
export function readFailureCode(message: unknown): WassengerErrorCode {
  const paths = ['errorCode', 'failureCode', 'failureReason', 'error.code', 'error', 'retry.lastError', 'reason'];
  for (const path of [...paths, 'deliveryStatus', 'status']) {
    const code = knownCode(textAt(message, path) ?? '');
    if (code !== null) return code;
  }
  return 'delivery_failed';
}

/** What the provider said, for the operator: never whole phones. */
export function refusalDetail(status: number, body: unknown): string {
  const code = namedCodes(body)[0];
  const message =
    textAt(body, 'message', 'error.message', 'error') ?? textAt(listAt(body, 'errors')[0], 'message', 'reason');
  const parts = [`HTTP ${status}`, code, message].filter((part) => part !== undefined && part !== null);
  return maskPhonesIn(parts.join(' · ')).slice(0, LONGEST_DETAIL);
}

function namedCodes(body: unknown): string[] {
  const own = [textAt(body, 'errorCode'), textAt(body, 'code'), textAt(body, 'error.code')];
  const listed = listAt(body, 'errors').map((error) => (isObject(error) ? textAt(error, 'code') : null));
  return [...own, ...listed].filter((code) => code !== null);
}

/** The key of the table that a text names, be it `error:number:notfound` or a sentence that holds the code. */
function knownCode(text: string): WassengerErrorCode | null {
  const code = text
    .trim()
    .toLowerCase()
    .replace(/^error:/, '');
  if (isWassengerCode(code)) return code;
  const family = `${code.split(':')[0] ?? ''}:*`;
  if (code.includes(':') && isWassengerCode(family)) return family;
  const mentioned = /[a-z]+:[a-z_]+/.exec(code)?.[0] ?? '';
  return isWassengerCode(mentioned) ? mentioned : null;
}

function isAboutPhone(body: unknown): boolean {
  const fields = listAt(body, 'errors').map((error) => textAt(error, 'field', 'path', 'reason', 'message'));
  return [textAt(body, 'message'), ...fields].some((text) => text !== null && ABOUT_PHONE.test(text));
}

function statusCode(status: number): WassengerErrorCode {
  const code = `http_${status}`;
  return isWassengerCode(code) ? code : 'http_4xx';
}
