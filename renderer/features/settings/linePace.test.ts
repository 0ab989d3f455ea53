import { describe, expect, it } from 'vitest';
import { readPace, readSteps, typedPaceOf, type TypedPace } from './linePace.ts';

const NOTHING: TypedPace = {
  ...{ perMinute: '', gapMin: '', gapMax: '', warmup: '' },
  ...{ quietFrom: '', quietTo: '', quietZone: '' },
};

describe('the pace of a line as it is typed', () => {
  it('is what was saved, and saves the same (SND-13)', () => {
    const line = {
      sendsPerMinute: 12,
      gapMs: { min: 500, max: 2_500 },
      warmup: { steps: [20, 40, 80], startedDay: '2026-11-20' },
      quietHours: { from: '21:00', to: '08:00', timeZone: 'Europe/Paris' },
    };
    expect(readPace(typedPaceOf(line))).toEqual({
      patch: {
        sendsPerMinute: 12,
        gapMs: { min: 500, max: 2_500 },
        warmupSteps: [20, 40, 80],
        quietHours: { from: '21:00', to: '08:00', timeZone: 'Europe/Paris' },
      },
    });
  });

  it('takes away what is left empty (SND-13)', () => {
    const nothing = { sendsPerMinute: null, gapMs: null, warmupSteps: null, quietHours: null };
    expect(readPace(NOTHING)).toEqual({ patch: nothing });
    expect(typedPaceOf({ sendsPerMinute: null, gapMs: null, warmup: null, quietHours: null })).toEqual(NOTHING);
  });

  it.each([
    [{ perMinute: '0' }, ['perMinute']],
    [{ perMinute: 'vite' }, ['perMinute']],
    [{ gapMin: '3', gapMax: '2' }, ['gap']],
    [{ gapMin: '1' }, ['gap']],
    [{ gapMin: '-1', gapMax: '2' }, ['gap']],
    [{ warmup: '20, beaucoup' }, ['warmup']],
    [{ quietFrom: '21:00' }, ['quiet']],
    [{ quietFrom: '21:00', quietTo: '21:00' }, ['quiet']],
    [{ perMinute: '601', warmup: '0' }, ['perMinute', 'warmup']],
  ])('says which field is wrong: %o (SND-13)', (typed, wrong) => {
    expect(readPace({ ...NOTHING, ...typed })).toEqual({ wrong });
  });

  it('takes steps between commas or spaces, and seconds with a comma (SND-13)', () => {
    expect(readSteps(' 20, 40;80  160 ')).toEqual([20, 40, 80, 160]);
    expect(readPace({ ...NOTHING, gapMin: '0,5', gapMax: '2.5' })).toMatchObject({
      patch: { gapMs: { min: 500, max: 2_500 } },
    });
  });
});
