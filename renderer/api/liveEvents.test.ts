import { ORPCError } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import { someStats } from '../../tests/support/samples.ts';
import { keepConnected, reconnectDelayMs, type LiveConnection } from './liveEvents.ts';

const event: LiveEvent = { type: 'stats', stats: someStats };

async function* streamOf(...events: LiveEvent[]): AsyncGenerator<LiveEvent> {
  yield* events;
}

/** Each call of `subscribe` does the next of these; then it waits for ever. */
function connection(...answers: (() => Promise<AsyncIterable<LiveEvent>>)[]) {
  const told: string[] = [];
  const subscribe: LiveConnection['subscribe'] = () => {
    told.push('subscribe');
    return (answers.shift() ?? (() => new Promise(() => {})))();
  };
  const live = keepConnected({
    subscribe,
    onOpen: () => told.push('open'),
    onEvent: ({ type }) => told.push(type),
    onLost: () => told.push('lost'),
    onLocked: () => told.push('locked'),
  });
  return { told, ...live };
}

describe('the live connection (UI-4)', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('waits longer after each failure, up to ten seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 99].map(reconnectDelayMs)).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('says that it is lost, and subscribes again by itself', async () => {
    const { told, stop } = connection(
      async () => streamOf(event),
      () => Promise.reject(new Error('refused')),
      async () => streamOf(event),
    );
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['subscribe', 'open', 'stats', 'lost']);
    await vi.advanceTimersByTimeAsync(500);
    expect(told.slice(4)).toEqual(['subscribe', 'lost']);
    await vi.advanceTimersByTimeAsync(999);
    expect(told).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(1);
    expect(told.slice(6)).toEqual(['subscribe', 'open', 'stats', 'lost']);
    stop();
  });

  it('tries at once when asked to', async () => {
    const { told, retryNow, stop } = connection(() => Promise.reject(new Error('refused')));
    await vi.advanceTimersByTimeAsync(0);
    retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['subscribe', 'lost', 'subscribe']);
    stop();
  });

  it('waits for a sign-in when one is asked for, instead of knocking again', async () => {
    const { told, retryNow, stop } = connection(
      () => Promise.reject(new ORPCError('unauthorized', { status: 401 })),
      async () => streamOf(event),
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(['subscribe', 'locked']);
    retryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(told.slice(2)).toEqual(['subscribe', 'open', 'stats', 'lost']);
    stop();
  });

  it('does nothing more once it is stopped', async () => {
    const { told, stop } = connection(() => Promise.reject(new Error('refused')));
    await vi.advanceTimersByTimeAsync(0);
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(['subscribe', 'lost']);
  });
});
