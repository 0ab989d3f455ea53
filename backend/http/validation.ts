import type { z } from 'zod';
import type { Locale } from '../contract/common.ts';
import { sentence, type SentenceKey, type SentenceValues } from '../contract/messages/sentence.ts';

type Issue = z.core.$ZodIssue;
/** What is wrong with one field of a request. `path` is empty when it is the request as a whole. */
export type FieldIssue = { path: string; message: string };
type Complaint = { key: SentenceKey; values?: SentenceValues };

/** Parts of a request that are not part of a field's name. */
const CONTAINERS = new Set<PropertyKey>(['query', 'params', 'headers']);

/**
 * Says in the operator's language what is wrong with a request, field by field (API-2).
 * Values never appear: they may be phones or bodies (SEC-4).
 * @param input what was validated, to tell a missing field from a wrong one
 */
export function describeIssues(locale: Locale, issues: readonly Issue[], input: unknown): FieldIssue[] {
  return issues.map((issue) => {
    const path = fieldName(issue.path);
    const { key, values } = complaintOf(issue, valueAt(input, issue.path));
    return { path, message: sentence(locale, path === '' ? keyOfWhole(key) : key, { field: path, ...values }) };
  });
}

function fieldName(path: readonly PropertyKey[]): string {
  const first = path[0];
  return (first !== undefined && CONTAINERS.has(first) ? path.slice(1) : path).map(String).join('.');
}

function keyOfWhole(key: SentenceKey): SentenceKey {
  return key === 'validation.file' ? key : 'validation.input_missing';
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

function complaintOf(issue: Issue, value: unknown): Complaint {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, value);
    case 'too_big':
      return tooBig(issue);
    case 'too_small':
      return tooSmall(issue);
    case 'invalid_format':
      return wrongFormat(issue.format);
    case 'invalid_value':
      return value === undefined
        ? { key: 'validation.required' }
        : { key: 'validation.one_of', values: { values: issue.values.map(String) } };
    case 'invalid_union':
      return value === undefined ? { key: 'validation.required' } : { key: unionKey(issue) };
    default:
      return { key: 'validation.invalid' };
  }
}

const TYPES: Partial<Record<string, SentenceKey>> = {
  string: 'validation.text',
  number: 'validation.number',
  nan: 'validation.number',
  int: 'validation.integer',
  boolean: 'validation.boolean',
  array: 'validation.list',
  object: 'validation.object',
  record: 'validation.object',
  file: 'validation.file',
};

function wrongType(expected: string, value: unknown): Complaint {
  if (value === undefined && expected !== 'file') return { key: 'validation.required' };
  return { key: TYPES[expected] ?? 'validation.invalid' };
}

function tooBig({ origin, maximum }: Extract<Issue, { code: 'too_big' }>): Complaint {
  const values = { maximum };
  if (origin === 'string') return { key: 'validation.text_too_long', values };
  if (origin === 'array') return { key: 'validation.list_too_long', values };
  return { key: 'validation.number_too_large', values };
}

function tooSmall({ origin, minimum }: Extract<Issue, { code: 'too_small' }>): Complaint {
  const values = { minimum };
  if (origin === 'string')
    return minimum === 1 ? { key: 'validation.empty' } : { key: 'validation.text_too_short', values };
  if (origin === 'array') return { key: 'validation.list_too_short', values };
  return { key: 'validation.number_too_small', values };
}

function wrongFormat(format: string): Complaint {
  if (format === 'datetime') return { key: 'validation.datetime' };
  if (format === 'date') return { key: 'validation.date' };
  if (format === 'url') return { key: 'validation.url' };
  return { key: 'validation.invalid' };
}

/** A switch may come as a boolean or as text: a union whose first choice is a boolean. */
function unionKey(issue: Extract<Issue, { code: 'invalid_union' }>): SentenceKey {
  const expectsBoolean = issue.errors.some((choice) =>
    choice.some((reason) => reason.code === 'invalid_type' && reason.expected === 'boolean'),
  );
  return expectsBoolean ? 'validation.boolean' : 'validation.invalid';
}
