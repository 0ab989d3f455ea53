import type { Mirror } from './mirrors.ts';

export type LocalValue = string | number | null;
type RemoteValue = string | number | boolean | null;
export type LocalRow = Record<string, LocalValue>;
export type RemoteRow = Record<string, RemoteValue>;

/** A value that the copy has no place for: the row is set aside. */
export class UncopiableError extends Error {
  constructor(column: string) {
    super(column);
    this.name = 'UncopiableError';
  }
}

const ESCAPE = '\u001b';
const NUL = '\u0000';
/** PostgreSQL knows neither `+275760` as a year nor the ISO form of years before 1. */
const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** PostgreSQL refuses U+0000 in every text: it travels as U+001B and 0, and U+001B as two of them. */
function escapeText(text: string): string {
  return text.replaceAll(ESCAPE, ESCAPE + ESCAPE).replaceAll(NUL, `${ESCAPE}0`);
}

function restoreText(text: string): string {
  return text.replace(/\u001b([\u001b0])/g, (_, second: string) => (second === '0' ? NUL : ESCAPE));
}

/**
 * A row of this machine as Supabase holds it.
 * @throws UncopiableError when a number is not whole and safe, or an instant lies outside the years 1 to 9999
 */
export function encodeRow({ columns }: Mirror, row: LocalRow): RemoteRow {
  return Object.fromEntries(
    columns.map(({ local, remote, kind }): [string, RemoteValue] => {
      const value = row[local] ?? null;
      if (value === null) return [remote, null];
      if (typeof value === 'string') return [remote, escapeText(value)];
      if (!Number.isSafeInteger(value)) throw new UncopiableError(remote);
      if (kind === 'flag') return [remote, value === 1];
      if (kind !== 'instant') return [remote, value];
      if (value < FIRST_INSTANT || value > LAST_INSTANT) throw new UncopiableError(remote);
      return [remote, new Date(value).toISOString()];
    }),
  );
}

/** The way back. @throws UncopiableError when Supabase holds what this application did not write there */
export function decodeRow({ columns }: Mirror, row: Record<string, unknown>): LocalRow {
  return Object.fromEntries(
    columns.map(({ local, remote, kind }): [string, LocalValue] => {
      const value = row[remote];
      if (value === null) return [local, null];
      if (kind === 'flag' && typeof value === 'boolean') return [local, value ? 1 : 0];
      if (kind === 'integer' && Number.isSafeInteger(value)) return [local, value as number];
      if (typeof value !== 'string') throw new UncopiableError(remote);
      if (kind === 'text' || kind === 'day') return [local, restoreText(value)];
      const at = Date.parse(value);
      if (kind !== 'instant' || Number.isNaN(at)) throw new UncopiableError(remote);
      return [local, at];
    }),
  );
}
