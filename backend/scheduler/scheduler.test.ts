import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestStore } from '../../tests/support/engine.ts';
import { createFakeClock, type FakeClock } from '../../tests/support/fakeClock.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';
import { silentLogger } from '../core/logger.ts';
import { createAudit, type Audit } from '../storage/audit.ts';
import { Schedule } from './schedule.ts';
import { Scheduler, type Job } from './scheduler.ts';

let folder: ReturnType<typeof createTestStore>;
let clock: FakeClock;
let runs: number[];
let audit: Audit;
beforeEach(() => {
  folder = createTestStore();
  clock = createFakeClock('2026-11-20T08:30:00.000Z');
  runs = [];
  audit = createAudit(folder.store.main, clock);
});
afterEach(() => {
  folder.remove();
});

const start = async (overrides: Partial<Job> = {}): Promise<Scheduler> => {
  const job: Job = { name: 'hourly', schedule: '0 * * * *', run: () => runs.push(clock.now()), ...overrides };
  const scheduler = new Scheduler({ database: folder.store.main, clock, logger: silentLogger, jobs: [job], audit });
  await scheduler.start();
  return scheduler;
};

describe('the scheduler', () => {
  it('runs a job at each of its times (OPS-7)', async () => {
    const scheduler = await start();
    await clock.advance(3 * HOUR_MS);
    expect(runs).toHaveLength(3);
    expect(runs.every((at) => at % HOUR_MS < 2_000)).toBe(true);
    await scheduler.stop();
  });

  it('runs a job once at the start when it asks for that (CMP-9)', async () => {
    const scheduler = await start({ atStart: true });
    await clock.advance(1_000);
    expect(runs).toHaveLength(1);
    await clock.advance(1_000);
    expect(runs).toHaveLength(1);
    await scheduler.stop();
  });

  it('runs a job once that was due several times while the machine slept (OPS-7, DSK-5)', async () => {
    const scheduler = await start();
    clock.set(clock.now() + 9 * HOUR_MS);
    await clock.advance(2_000);
    expect(runs).toHaveLength(1);
    await scheduler.stop();
  });

  it('runs a job once that was due while the application was off (OPS-7)', async () => {
    await (await start()).stop();
    clock.set(clock.now() + 5 * HOUR_MS);
    const scheduler = await start();
    await clock.advance(2_000);
    expect(runs).toHaveLength(1);
    await scheduler.stop();
  });

  it('does not wait for the old time when the clock is set back (REL-4)', async () => {
    const scheduler = await start();
    await clock.advance(2_000);
    clock.set(clock.now() - DAY_MS);
    await clock.advance(HOUR_MS);
    expect(runs).toHaveLength(1);
    await scheduler.stop();
  });

  it('nor when that happened while the application was off (REL-4)', async () => {
    await (await start()).stop();
    clock.set(clock.now() - 30 * DAY_MS);
    const scheduler = await start();
    await clock.advance(3 * HOUR_MS);
    expect(runs).toHaveLength(3);
    await scheduler.stop();
  });

  it('runs a job on the word of an operator, who stands in the audit; its own times stay (OPS-7, SND-8)', async () => {
    const scheduler = await start();
    const [before] = scheduler.list();
    expect(before).toMatchObject({ name: 'hourly', schedule: '0 * * * *', lastResult: null, lastStartedAt: null });
    const after = await scheduler.run('hourly', 'ops');
    expect(runs).toEqual([clock.now()]);
    expect(after).toEqual({
      ...before,
      ...{ lastResult: 'done', lastStartedAt: toIso(clock.now()), lastFinishedAt: toIso(clock.now()) },
    });
    expect(audit.list({ limit: 1 }).items).toMatchObject([{ actor: 'ops', action: 'scheduler.run', target: 'hourly' }]);
    await expect(scheduler.run('none', 'ops')).rejects.toThrow('not_found');
    await scheduler.stop();
  });

  it('tells a job that takes long that the application stops', async () => {
    let stopped = false;
    const run = (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          stopped = true;
          resolve();
        });
      });
    const scheduler = await start({ run });
    const running = scheduler.run('hourly', 'ops');
    await Promise.resolve();
    await scheduler.stop();
    await running;
    expect(stopped).toBe(true);
  });

  it('keeps the others running when a job fails', async () => {
    const failing: Job = {
      name: 'failing',
      schedule: '* * * * *',
      run: () => {
        throw new Error('broken');
      },
    };
    const good: Job = { name: 'good', schedule: '* * * * *', run: () => runs.push(clock.now()) };
    const jobs = [failing, good];
    const scheduler = new Scheduler({ database: folder.store.main, clock, logger: silentLogger, jobs, audit });
    await scheduler.start();
    await clock.advance(3 * MINUTE_MS);
    expect(runs.length).toBe(3);
    expect(folder.store.main.prepare(`SELECT last_result FROM job_runs ORDER BY job`).pluck().all()).toEqual([
      ...['failed', 'done'],
    ]);
    await scheduler.stop();
  });

  it('goes on when the database can be written again: what was due runs once (REL-3, OPS-7)', async () => {
    const scheduler = await start();
    folder.store.main.pragma('query_only = ON');
    await clock.advance(2 * HOUR_MS);
    expect(runs).toHaveLength(0);
    folder.store.main.pragma('query_only = OFF');
    await clock.advance(MINUTE_MS);
    expect(runs).toHaveLength(1);
    await scheduler.stop();
  });
});

describe('a schedule', () => {
  it.each([
    ['0 * * * *', '2026-11-20T08:30:00.000Z', '2026-11-20T09:00:00.000Z'],
    ['0 * * * *', '2026-11-20T09:00:00.000Z', '2026-11-20T10:00:00.000Z'],
    ['0 2 * * *', '2026-11-20T08:30:00.000Z', '2026-11-21T02:00:00.000Z'],
    ['0 8 * * 1', '2026-11-20T08:30:00.000Z', '2026-11-23T08:00:00.000Z'],
    ['* * * * *', '2026-11-20T08:30:59.999Z', '2026-11-20T08:31:00.000Z'],
    ['*/20 * * * *', '2026-11-20T08:30:00.000Z', '2026-11-20T08:40:00.000Z'],
    ['45 * * * *', '2026-11-20T08:30:00.000Z', '2026-11-20T08:45:00.000Z'],
    ['15 23 28 2 *', '2027-02-27T08:30:00.000Z', '2027-02-28T23:15:00.000Z'],
  ])('%s after %s is %s', (schedule, after, next) => {
    expect(new Date(new Schedule(schedule).nextAfter(Date.parse(after))).toISOString()).toBe(next);
  });

  it('answers the same however often and in whatever order it is asked (OPS-7)', () => {
    const schedule = new Schedule('30 */6 * * *');
    const asked = ['08:00', '08:29', '12:30', '07:00', '12:29', '05:00'].map((time) =>
      new Date(schedule.nextAfter(Date.parse(`2026-11-20T${time}:00.000Z`))).toISOString().slice(11, 16),
    );
    expect(asked).toEqual(['12:30', '12:30', '18:30', '12:30', '12:30', '06:30']);
  });
});
