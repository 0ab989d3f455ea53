import { describe, expect, it, vi } from 'vitest';
import { someCampaign, someStats } from '../../tests/support/samples.ts';
import type { LiveEvent } from '../contract/liveEvents.ts';
import { createEmitter } from '../core/emitter.ts';
import { followLive } from './liveStream.ts';

const stats = (sent: number): LiveEvent => ({ type: 'stats', stats: { ...someStats, sent } });
const campaign = (id: string, messagesSent: number): LiveEvent => ({
  type: 'campaign',
  campaign: { ...someCampaign, id, messagesSent },
});
const attempt = (id: string, state: 'sent' | 'read'): LiveEvent => ({ type: 'attempt', id, state, campaignId: null });

function setUp(longestQueue?: number) {
  const events = createEmitter<LiveEvent>();
  const stopped = new AbortController();
  const live = { events, snapshot: vi.fn(() => [stats(1)]) };
  const stream = followLive(live, stopped.signal, longestQueue);
  const take = async (count: number): Promise<LiveEvent[]> => {
    const taken: LiveEvent[] = [];
    while (taken.length < count) taken.push((await stream.next()).value as LiveEvent);
    return taken;
  };
  return { events, stream, stopped, live, take };
}

describe('followLive', () => {
  it('begins with what stands now, then tells what happens, in order (MON-11)', async () => {
    const { events, take } = setUp();
    events.emit(attempt('a', 'sent'));
    events.emit({ type: 'changed', what: 'contacts' });
    expect(await take(3)).toEqual([stats(1), attempt('a', 'sent'), { type: 'changed', what: 'contacts' }]);
  });

  it('wakes a consumer that waits', async () => {
    const { events, stream, take } = setUp();
    await take(1);
    const next = stream.next();
    events.emit(stats(2));
    expect(await next).toEqual({ done: false, value: stats(2) });
  });

  it('keeps only the newest figures for a slow consumer', async () => {
    const { events, take } = setUp();
    events.emit(campaign('one', 1));
    events.emit(campaign('two', 1));
    events.emit(stats(2));
    events.emit(campaign('one', 2));
    events.emit(attempt('a', 'sent'));
    events.emit(attempt('a', 'read'));
    expect(await take(4)).toEqual([stats(2), campaign('one', 2), campaign('two', 1), attempt('a', 'read')]);
  });

  it('a removed campaign takes the place of its figures', async () => {
    const { events, take } = setUp();
    events.emit(campaign('one', 1));
    events.emit({ type: 'campaign_removed', id: 'one' });
    expect(await take(2)).toEqual([stats(1), { type: 'campaign_removed', id: 'one' }]);
  });

  it('never holds more than its queue: who falls behind begins anew and asks for every list again', async () => {
    const { events, live, take } = setUp(5);
    for (let number = 0; number < 5; number++) events.emit(attempt(`a${number}`, 'sent'));
    expect(live.snapshot).toHaveBeenCalledTimes(2);
    const [first, ...rest] = await take(8);
    expect(first).toEqual(stats(1));
    expect(rest.every(({ type }) => type === 'changed')).toBe(true);
  });

  it('ends and unsubscribes when the connection is cut', async () => {
    const { events, stream, stopped, take } = setUp();
    await take(1);
    const next = stream.next();
    stopped.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    events.emit(stats(2));
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('ends when the consumer leaves, even while it waits', async () => {
    const { stream, take } = setUp();
    await take(1);
    const next = stream.next();
    await stream.return();
    expect((await next).done).toBe(true);
  });

  it('holds no subscription for a connection that was cut before', async () => {
    const events = createEmitter<LiveEvent>();
    const off = vi.fn();
    vi.spyOn(events, 'on').mockReturnValue(off);
    const stream = followLive({ events, snapshot: () => [] }, AbortSignal.abort());
    expect(off).toHaveBeenCalledOnce();
    expect((await stream.next()).done).toBe(true);
  });
});
