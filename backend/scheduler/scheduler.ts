import { VigieError } from '../contract/errors.ts';
import type { ScheduledJob } from '../contract/workspace.ts';
import type { Clock } from '../core/clock.ts';
import { SECOND_MS, toIso } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/service.ts';
import type { Audit } from '../storage/audit.ts';
import type { Database } from '../storage/database.ts';
import { Schedule } from './schedule.ts';

export type Job = {
  name: string;
  /** Five cron fields, in UTC. */
  schedule: string;
  /** The signal is aborted when the application stops: what takes long leaves its rest for the next time. */
  run: (signal: AbortSignal) => unknown;
  /** Also once at every start, within a second of it. */
  atStart?: boolean;
};

type StoredRun = {
  lastStartedAt: number | null;
  lastFinishedAt: number | null;
  lastResult: ScheduledJob['lastResult'];
  nextAt: number;
};
type SchedulerDependencies = { database: Database; clock: Clock; logger: Logger; jobs: readonly Job[]; audit: Audit };

/** Wall clock and schedules are compared this often, so that sleep and clock changes need no special case. */
const TICK_MS = SECOND_MS;

/** Runs jobs on the wall clock. One that was due while the machine slept or was off runs once (OPS-7). */
export class Scheduler implements Service {
  readonly #deps: SchedulerDependencies;
  readonly #statements;
  readonly #schedules = new Map<string, Schedule>();
  #cancelTick: (() => void) | null = null;
  #started = false;
  #lastTickAt = 0;
  #running: Promise<void> = Promise.resolve();
  #stopping = new AbortController();

  constructor(dependencies: SchedulerDependencies) {
    this.#deps = dependencies;
    const { database } = dependencies;
    this.#statements = {
      nextAt: database.prepare<{ job: string }, number>(`SELECT next_at FROM job_runs WHERE job = @job`).pluck(),
      runs: database.prepare<{ job: string }, StoredRun>(`
        SELECT last_started_at AS lastStartedAt, last_finished_at AS lastFinishedAt, last_result AS lastResult,
          next_at AS nextAt
        FROM job_runs WHERE job = @job`),
      plan: database.prepare<{ job: string; nextAt: number }>(`
        INSERT INTO job_runs (job, next_at) VALUES (@job, @nextAt) ON CONFLICT (job) DO UPDATE SET next_at = excluded.next_at`),
      finish: database.prepare<{ job: string; startedAt: number; finishedAt: number; result: string }>(`
        UPDATE job_runs SET last_started_at = @startedAt, last_finished_at = @finishedAt, last_result = @result
        WHERE job = @job`),
    };
  }

  start(): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      this.#stopping = new AbortController();
      for (const { name, schedule, atStart } of this.#deps.jobs) {
        const nextAt = this.#statements.nextAt.get({ job: name });
        if (atStart === true) this.#statements.plan.run({ job: name, nextAt: 0 });
        // Further away than its next time: it was planned by a clock that was ahead (REL-4).
        else if (nextAt === undefined || nextAt > this.#nextAfter(schedule)) this.#plan({ name, schedule });
      }
      this.#schedule();
    }
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#cancelTick?.();
    this.#stopping.abort();
    await this.#running;
  }

  /** Every job, with its last run and its next. */
  list(): ScheduledJob[] {
    return this.#deps.jobs.map((job) => this.#view(job));
  }

  /**
   * Runs a job now, after what is running already; its own times stay.
   * @throws VigieError `not_found`
   */
  async run(name: string, actor: string): Promise<ScheduledJob> {
    const job = this.#deps.jobs.find((candidate) => candidate.name === name);
    if (job === undefined) throw new VigieError('not_found');
    this.#deps.audit.write({ actor, action: 'scheduler.run', target: name });
    const run = this.#running.then(() => this.#run(job));
    this.#running = run.catch(() => {});
    await run;
    return this.#view(job);
  }

  #view({ name, schedule }: Job): ScheduledJob {
    const run = this.#statements.runs.get({ job: name });
    const { lastStartedAt = null, lastFinishedAt = null, lastResult = null, nextAt = 0 } = run ?? {};
    return {
      ...{ name, schedule, lastResult },
      lastStartedAt: toIso(lastStartedAt),
      lastFinishedAt: toIso(lastFinishedAt),
      nextAt: nextAt === 0 ? null : toIso(nextAt),
    };
  }

  #schedule(): void {
    this.#cancelTick = this.#deps.clock.after(TICK_MS, () => {
      this.#running = this.#running
        .then(() => this.runDue())
        .catch((error: unknown) => {
          // The database could not be written: what was due stays due, and the next tick tries again (REL-3).
          this.#deps.logger.error({ error }, 'jobs could not be run');
        })
        .then(() => {
          if (this.#started) this.#schedule();
        });
    });
  }

  /** Runs every job whose time has come, one after the other. */
  async runDue(): Promise<void> {
    const now = this.#deps.clock.now();
    const setBack = now < this.#lastTickAt;
    this.#lastTickAt = now;
    for (const job of this.#deps.jobs) {
      // A clock that was set back must not keep a job waiting for the time that it had shown.
      if (setBack) this.#plan(job);
      const nextAt = this.#statements.nextAt.get({ job: job.name }) ?? 0;
      if (nextAt <= now) await this.#run(job);
    }
  }

  async #run(job: Job): Promise<void> {
    const { clock, logger } = this.#deps;
    const startedAt = clock.now();
    this.#plan(job);
    let result = 'done';
    try {
      await job.run(this.#stopping.signal);
    } catch (error) {
      logger.error({ error, job: job.name }, 'job failed');
      result = 'failed';
    }
    this.#statements.finish.run({ job: job.name, startedAt, finishedAt: clock.now(), result });
  }

  #plan(job: Pick<Job, 'name' | 'schedule'>): void {
    this.#statements.plan.run({ job: job.name, nextAt: this.#nextAfter(job.schedule) });
  }

  #nextAfter(expression: string): number {
    const schedule = this.#schedules.get(expression) ?? new Schedule(expression);
    this.#schedules.set(expression, schedule);
    return schedule.nextAfter(this.#deps.clock.now());
  }
}
