/** Tolerant reading of JSON that others wrote. Only own properties are looked at: `__proto__` and friends are plain data. */
export type JsonObject = Record<string, unknown>;

/** Instants after this are a unit taken for another one, not a date: 2100-01-01. */
const LATEST_INSTANT = 4_102_444_800_000;
/** Numbers below this are seconds, above it milliseconds: both read as dates between 1973 and 2100. */
const SECONDS_BELOW = 100_000_000_000;
/** E.164 has at most 15 digits; fewer than 7 is a short code or noise. */
const PHONE_DIGITS = /^[1-9]\d{6,14}$/;
/** Domains of chat ids that hold a phone; `@lid` and others hide it. */
const PHONE_DOMAINS = ['c.us', 's.whatsapp.net'];
const EMOJI_ONLY = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}|\uFE0F|\u200D|\s)+$/v;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path such as `chat.contact.phone`; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as JsonObject)[key];
  }
  return current;
}

export function listAt(value: unknown, path: string): unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}

/** The first of these paths that holds a text that is not blank, or a number, as text. */
export function textAt(value: unknown, ...paths: string[]): string | null {
  for (const path of paths) {
    const found = valueAt(value, path);
    if (typeof found === 'string' && found.trim() !== '') return found;
    if (typeof found === 'number' && Number.isFinite(found)) return String(found);
  }
  return null;
}

/** The first of these paths that holds an instant: seconds or milliseconds since 1970, as number or text, or ISO 8601. */
export function instantAt(value: unknown, ...paths: string[]): number | null {
  for (const path of paths) {
    const found = toInstant(valueAt(value, path));
    if (found !== null) return found;
  }
  return null;
}

function toInstant(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.trim() === '') return null;
  const number = Number(text);
  const at = Number.isNaN(number) ? Date.parse(text) : number < SECONDS_BELOW ? number * 1000 : number;
  return Number.isFinite(at) && at > 0 && at < LATEST_INSTANT ? Math.round(at) : null;
}

/** A phone in E.164 from digits, `+33...`, or a chat id that holds a phone; null for anything else. */
export function toPhone(text: string | null): string | null {
  if (text === null) return null;
  const [user = '', domain] = text.trim().split('@');
  if (domain !== undefined && !PHONE_DOMAINS.includes(domain)) return null;
  // `33612345678:7@s.whatsapp.net` names the seventh device of a phone.
  const digits = (user.split(':')[0] ?? '').replace(/\D/g, '').replace(/^00/, '');
  return PHONE_DIGITS.test(digits) ? `+${digits}` : null;
}

/** True for a text of nothing but emoji. */
export function isEmojiOnly(text: string): boolean {
  return text.trim() !== '' && EMOJI_ONLY.test(text);
}
