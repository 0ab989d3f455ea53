import { maskPhone } from '../core/masking.ts';
import { parseBody } from './json.ts';

/** Digits that may be a phone, with or without separators, on their own or in a chat id. Ids of letters are left. */
const PHONE_LIKE = /(?<![0-9A-Za-z])\+?\d(?:[ .-]?\d){7,14}(?![0-9A-Za-z])/g;
/** Times and counts are numbers of that length too. */
const NOT_PHONES = /^(created|timestamp|date|size|.*(At|_at|_timestamp|Size|_size))$/;

/** A webhook's body for the log: as received, except that phones keep their country code and last two digits (WHK-6). */
export function maskBody(body: Buffer): string {
  const parsed = parseBody(body);
  if ('problem' in parsed) return maskText(body.toString('utf8'));
  return JSON.stringify(parsed.json, (key, value: unknown) => {
    if (NOT_PHONES.test(key)) return value;
    if (typeof value === 'string') return maskText(value);
    return typeof value === 'number' && /^\d{8,15}$/.test(String(value)) ? maskText(String(value)) : value;
  });
}

function maskText(text: string): string {
  return text.replace(PHONE_LIKE, (digits) => maskPhone(digits));
}
