import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookBench, type WebhookBench } from '../../tests/support/webhookBench.ts';
import { report } from '../../tests/support/wassengerEvents.ts';
import { HOUR_MS, MINUTE_MS } from '../core/days.ts';
import { createSilenceWatch, isSilent, SILENCE_MS } from './silence.ts';

describe('silence (WHK-6)', () => {
  const NOW = 100 * HOUR_MS;
  const quiet = { now: NOW, lastEventAt: null, outstandingSince: NOW - SILENCE_MS, listeningSince: 0 };

  it.each([
    ['messages wait that long and nothing came', quiet, true],
    ['nothing is outstanding', { ...quiet, outstandingSince: null }, false],
    ['the message was accepted just now', { ...quiet, outstandingSince: NOW - SILENCE_MS + 1 }, false],
    ['something came since', { ...quiet, lastEventAt: NOW - 1 }, false],
    ['the last event is as old', { ...quiet, lastEventAt: NOW - SILENCE_MS }, true],
    ['the machine just woke', { ...quiet, listeningSince: NOW - MINUTE_MS }, false],
  ])('when %s: %j', (_when, silence, expected) => {
    expect(isSilent(silence)).toBe(expected);
  });
});

describe('the watch', () => {
  let bench: WebhookBench;
  let notices: string[];
  let watch: ReturnType<typeof createSilenceWatch>;
  beforeEach(() => {
    bench = createWebhookBench();
    notices = [];
    watch = createSilenceWatch({
      ...{
        database: bench.engine.database,
        clock: bench.engine.clock,
        locale: () => 'fr',
        reportingLines: () => ['line'],
      },
      notify: {
        changed() {},
        campaign() {},
        attempt() {},
        import() {},
        notice: ({ title, body }) => notices.push(title, body),
      },
    });
  });
  afterEach(() => bench.close());
  const minutes = async (count: number): Promise<boolean> => {
    let silent = watch.check();
    for (let minute = 0; minute < count; minute += 1) {
      await bench.engine.clock.advance(MINUTE_MS);
      silent = watch.check();
    }
    return silent;
  };

  it('tells once, and again only after something came (WHK-6)', async () => {
    bench.sent();
    expect(await minutes(14)).toBe(false);
    expect(await minutes(10)).toBe(true);
    expect(notices).toHaveLength(2);
    expect(notices[1]).toContain('15 min');
    await bench.receive([{ ...report('message:out:sent', { id: 'other', reference: null }), entityId: 'other' }]);
    expect(watch.check()).toBe(false);
    expect(await minutes(20)).toBe(true);
    expect(notices).toHaveLength(4);
  });

  it('says nothing when no message is outstanding, or its report came', async () => {
    expect(await minutes(60)).toBe(false);
    bench.sent();
    await bench.receive([{ ...report('message:out:delivered', { id: 'own-1', reference: null }), entityId: 'own-1' }]);
    expect(await minutes(60)).toBe(false);
  });

  it('gives no false alarm after a sleep (DSK-5)', async () => {
    bench.sent();
    watch.check();
    bench.engine.clock.set(bench.engine.clock.now() + 9 * HOUR_MS);
    expect(watch.check()).toBe(false);
    expect(await minutes(14)).toBe(false);
    expect(await minutes(2)).toBe(true);
  });
});
