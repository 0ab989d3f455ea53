import { AsyncIteratorClass } from '@orpc/server';
import type { LiveEvent } from '../contract/liveEvents.ts';
import type { Services } from '../services.ts';

/** Events that may wait for one consumer; past that it is told to ask for everything again. */
const LONGEST_QUEUE = 1_000;

/** Tells that every list changed. */
const EVERYTHING_CHANGED: LiveEvent[] = (
  ['contacts', 'categories', 'campaigns', 'attempts', 'webhook_events', 'settings', 'suppressions'] as const
).map((what) => ({ type: 'changed', what }));

/**
 * The live events for one consumer (MON-11): what stands now, then what happens, until `signal` is aborted or the
 * consumer ends the iteration. For a slow consumer an event replaces the one that it makes stale; one that falls too
 * far behind gets a new beginning instead of its backlog.
 */
export function followLive(
  live: Services['live'],
  signal?: AbortSignal,
  longestQueue = LONGEST_QUEUE,
): AsyncIteratorClass<LiveEvent, void> {
  const waiting = new Map<string, LiveEvent>();
  let wake = (): void => {};
  let ended = signal?.aborted === true;
  let numbered = 0;

  const add = (event: LiveEvent): void => {
    waiting.set(subjectOf(event) ?? `event:${numbered++}`, event);
  };
  const begin = (...more: LiveEvent[]): void => {
    waiting.clear();
    for (const event of [...live.snapshot(), ...more]) add(event);
  };
  const end = (): void => {
    ended = true;
    unsubscribe();
    signal?.removeEventListener('abort', end);
    wake();
  };

  begin();
  const unsubscribe = live.events.on((event) => {
    if (waiting.size < longestQueue) add(event);
    else begin(...EVERYTHING_CHANGED);
    wake();
  });
  if (ended) end();
  else signal?.addEventListener('abort', end);

  return new AsyncIteratorClass<LiveEvent, void>(
    async () => {
      while (!ended) {
        const [subject] = waiting.keys();
        const event = subject === undefined ? undefined : waiting.get(subject);
        if (subject !== undefined && event !== undefined) {
          waiting.delete(subject);
          return { done: false, value: event };
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return { done: true, value: undefined };
    },
    async () => {
      end();
    },
  );
}

/** What an event is about, when a later one about the same makes it stale. */
function subjectOf(event: LiveEvent): string | null {
  switch (event.type) {
    case 'stats':
      return 'stats';
    case 'campaign':
      return `campaign:${event.campaign.id}`;
    case 'campaign_removed':
      return `campaign:${event.id}`;
    case 'attempt':
      return `attempt:${event.id}`;
    case 'import':
      return `import:${event.import.id}`;
    case 'changed':
      return `changed:${event.what}`;
    case 'error':
    case 'notice':
      return null;
    default:
      return event satisfies never;
  }
}
