import type { ProviderEvent } from '../sending/provider.ts';
import type { WebhookLines } from './dependencies.ts';
import type { InboxRow } from './inbox.ts';
import { parseBody } from './json.ts';

/** The events of a stored request, or why there are none to be had. */
export type StoredEvents = ProviderEvent[] | { problem: string };

/** Reads stored requests again: the reader of their line may know more by now than when they came. */
export function createInboxReader(lines: WebhookLines) {
  return function readEvents(row: InboxRow): StoredEvents {
    const line = lines.all().find(({ id }) => id === row.lineId);
    if (line === undefined) return { problem: 'line_missing' };
    if (row.unreadable) return { problem: 'body_unreadable' };
    const parsed = parseBody(row.body);
    if ('problem' in parsed) return parsed;
    try {
      return line.provider.readWebhook(parsed.json);
    } catch (error) {
      return { problem: describe(error) };
    }
  };
}

/** Kind and code of an error, never its message: it may hold a phone or a text. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return code === '' || code === error.name ? error.name : `${error.name} ${code}`;
}
