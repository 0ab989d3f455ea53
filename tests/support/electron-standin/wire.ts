import { unsupported } from './strict.ts';

/** What travels over IPC here: text and bytes, the latter as base64. */
export type Wire = string | { base64: string };

export function toWire(value: unknown): Wire {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  throw unsupported(`a value of type ${typeof value} over IPC`);
}

export function fromWire(value: Wire): string | Uint8Array {
  return typeof value === 'string' ? value : new Uint8Array(Buffer.from(value.base64, 'base64'));
}
