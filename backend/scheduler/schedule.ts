import cron from 'node-cron';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/days.ts';

/** No schedule here is rarer than weekly. */
const LONGEST_WAIT_MS = 8 * DAY_MS;
const EVERY_MINUTE = '* * * * *';

/**
 * The times that a cron expression of five fields names, in UTC. node-cron reads the expression; its own timers are
 * not used, because they stop with the machine's sleep and know no other clock than the system's.
 */
export class Schedule {
  readonly #expression: string;
  readonly #task: ReturnType<typeof cron.createTask>;
  /** The last answer: it holds for every instant from `from` until itself. */
  #known = { from: Infinity, next: -Infinity };

  /** @throws Error when it is no cron expression */
  constructor(expression: string) {
    this.#expression = expression;
    this.#task = cron.createTask(expression, () => {}, { timezone: 'UTC' });
    // node-cron keeps a list of its tasks; this one only answers questions.
    void this.#task.destroy();
  }

  /**
   * First whole minute after `now` that the expression names, epoch ms. Asked again and again it costs nothing: to
   * hold one minute of the week against an expression takes node-cron a tenth of a millisecond.
   * @throws Error when the expression names no minute within eight days
   */
  nextAfter(now: number): number {
    const { from, next } = this.#known;
    if (from <= now && now < next) return next;
    this.#known = { from: now, next: this.#find(now) };
    return this.#known.next;
  }

  #find(now: number): number {
    let first = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
    if (this.#expression === EVERY_MINUTE) return first;
    // One minute of each hour: the others need no look.
    const minute = Number(this.#expression.split(' ')[0]);
    const step = Number.isInteger(minute) ? HOUR_MS : MINUTE_MS;
    if (step === HOUR_MS) first += (((minute * MINUTE_MS - first) % HOUR_MS) + HOUR_MS) % HOUR_MS;
    for (let at = first; at <= now + LONGEST_WAIT_MS; at += step) {
      if (this.#task.match(new Date(at))) return at;
    }
    throw new Error(`schedule ${this.#expression} names no minute within eight days`);
  }
}
