import { createHash } from 'node:crypto';
import type { ProviderEvent } from '../../provider.ts';
import { instantAt, type JsonObject } from '../reading.ts';

/** One event as it arrived: `content` is the message, chat, or session that it is about. */
export type Envelope = { event: string; id: string | null; whole: JsonObject; content: JsonObject; chat: unknown };

type Unkeyed<Event> = Event extends ProviderEvent ? Omit<Event, 'event' | 'dedupeKey'> : never;

/** An event in our words, before it gets its key; `identity` is what tells it from others when it has no id. */
export type Reading = { event: Unkeyed<ProviderEvent>; identity: (string | number | null)[] };

/** When the event happened, as its envelope says. */
export function eventTime({ whole, content }: Envelope): number | null {
  // An envelope without `data` is the message itself, whose dates are not the event's.
  return whole === content ? null : instantAt(whole, 'created', 'createdAt', 'date', 'timestamp');
}

export function ignored(reason: Extract<ProviderEvent, { kind: 'ignored' }>['reason']): Reading {
  return { event: { kind: 'ignored', reason }, identity: [] };
}

/** A stable name for what has none of its own; it shows nothing of what went into it. */
export function fingerprint(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
