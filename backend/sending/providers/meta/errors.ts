import { maskPhonesIn } from '../../../core/masking.ts';
import { SECOND_MS } from '../../../core/days.ts';
import type { ErrorClass } from '../../provider.ts';
import { textAt, valueAt } from '../reading.ts';

type ErrorRule = {
  class: ErrorClass;
  /** The next try for this contact is not before this. */
  notBeforeMs?: number;
};

/**
 * Meta's error codes and what each means for what comes next (SND-5). Every code that leaves this provider is a key of
 * this table and has a sentence `provider.meta.CODE`; `2xx` stands for 200 to 299.
 */
export const META_ERRORS = {
  '1': { class: 'retry' },
  '2': { class: 'retry' },
  '4': { class: 'retry' },
  '17': { class: 'retry' },
  '80007': { class: 'retry' },
  '130429': { class: 'retry' },
  '131000': { class: 'retry' },
  '131016': { class: 'retry' },
  '131056': { class: 'retry', notBeforeMs: 6 * SECOND_MS },
  '131057': { class: 'retry' },
  '131049': { class: 'retry_next_day' },
  '131026': { class: 'final_contact' },
  '130472': { class: 'final_contact' },
  '131050': { class: 'opted_out' },
  // As free text; a template would be taken.
  '131047': { class: 'final_content' },
  '470': { class: 'final_content' },
  '100': { class: 'final_content' },
  '131008': { class: 'final_content' },
  '131021': { class: 'final_content' },
  '131051': { class: 'final_content' },
  '131052': { class: 'final_content' },
  // Meta could not fetch the file: another try may find it.
  '131053': { class: 'retry_once' },
  '132000': { class: 'pause_campaign' },
  '132001': { class: 'pause_campaign' },
  '132005': { class: 'pause_campaign' },
  '132007': { class: 'pause_campaign' },
  '132012': { class: 'pause_campaign' },
  '132015': { class: 'pause_campaign' },
  '132016': { class: 'pause_campaign' },
  '0': { class: 'pause_line' },
  '3': { class: 'pause_line' },
  '10': { class: 'pause_line' },
  '190': { class: 'pause_line' },
  '2xx': { class: 'pause_line' },
  '368': { class: 'pause_line' },
  '130497': { class: 'pause_line' },
  '131031': { class: 'pause_line' },
  '131042': { class: 'pause_line' },
  '131048': { class: 'pause_line' },
  // Refused here, before a request: Meta would charge the try and refuse it later.
  caption_impossible: { class: 'final_content' },
  window_closed: { class: 'final_content' },
  delivery_failed: { class: 'retry' },
  http_400: { class: 'final_content' },
  http_401: { class: 'pause_line' },
  http_403: { class: 'pause_line' },
  http_404: { class: 'pause_line' },
  http_429: { class: 'retry' },
  http_4xx: { class: 'retry' },
} as const satisfies Record<string, ErrorRule>;

export type MetaErrorCode = keyof typeof META_ERRORS;

const LONGEST_DETAIL = 300;

export function isMetaCode(code: string): code is MetaErrorCode {
  return Object.hasOwn(META_ERRORS, code);
}

/** Class of a code; one that is not in the table is tried again within the attempt's own limit. */
export function classifyMeta(code: string): ErrorClass {
  return isMetaCode(code) ? META_ERRORS[code].class : 'retry';
}

/** Shortest wait that a code asks for, in milliseconds; undefined when it asks for none. */
export function shortestWait(code: MetaErrorCode): number | undefined {
  const rule: ErrorRule = META_ERRORS[code];
  return rule.notBeforeMs;
}

/** The code that an `error` object of Meta names, when it is in the table. */
export function namedCode(error: unknown): MetaErrorCode | null {
  const code = textAt(error, 'code') ?? '';
  if (isMetaCode(code)) return code;
  return /^2\d\d$/.test(code) ? '2xx' : null;
}

/** The code of a 4xx answer. */
export function refusalCode(status: number, body: unknown): MetaErrorCode {
  const named = namedCode(valueAt(body, 'error'));
  if (named !== null) return named;
  const code = `http_${status}`;
  return isMetaCode(code) ? code : 'http_4xx';
}

/** What Meta said, for the operator: never whole phones. */
export function metaDetail(status: number, error: unknown): string {
  const code = textAt(error, 'code');
  const parts = [`HTTP ${status}`, code, textAt(error, 'error_data.details', 'message', 'title')];
  return maskPhonesIn(parts.filter((part) => part !== null).join(' · ')).slice(0, LONGEST_DETAIL);
}
