import type { Locale } from '../contract/common.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { ClockStanding } from '../contract/monitoring.ts';
import type { Clock } from '../core/clock.ts';
import { HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';
import type { Notify } from './notify.ts';
import type { QuotaLedger } from './quotaLedger.ts';

/** A clock that is off by more than this is said to be wrong. */
export const CLOCK_TOLERANCE_MS = 2 * MINUTE_MS;
/** With a clock that is off by more than this nothing is judged by its age. */
const FAR_OFF_MS = HOUR_MS;
/** How long what a provider said about the time counts as said just now. */
export const OBSERVATION_VALID_MS = 10 * MINUTE_MS;

type WatchDependencies = { clock: Clock; ledger: QuotaLedger; notify: () => Notify; locale: () => Locale };

/** Compares this machine's clock with the `Date` of the providers' answers (MON-8, REL-4). */
export class ClockWatch {
  readonly #deps: WatchDependencies;
  #seen: { at: number; monotonic: number } | null = null;
  #told: 'ahead' | 'behind' | null = null;

  constructor(dependencies: WatchDependencies) {
    this.#deps = dependencies;
  }

  /** A provider answered at `at`, by its own clock. */
  observe(at: number): void {
    if (Number.isNaN(at)) return;
    this.#seen = { at, monotonic: this.#deps.clock.monotonic() };
    const offset = this.#deps.clock.now() - at;
    const wrong = Math.abs(offset) <= CLOCK_TOLERANCE_MS ? null : offset > 0 ? 'ahead' : 'behind';
    if (wrong !== null && wrong !== this.#told) this.#tell(wrong, offset);
    this.#told = wrong;
  }

  #tell(wrong: 'ahead' | 'behind', offset: number): void {
    const locale = this.#deps.locale();
    const minutes = Math.round(Math.abs(offset) / MINUTE_MS);
    this.#deps.notify().notice({
      ...{ kind: 'clock', level: null, page: '/' },
      title: sentence(locale, `notice.clock_${wrong}`, { minutes }),
      body: sentence(locale, 'notice.clock.body'),
    });
  }

  /** The time by the last answer of a provider; null when none came lately. */
  outsideNow(): number | null {
    const seen = this.#seen;
    if (seen === null) return null;
    const since = this.#deps.clock.monotonic() - seen.monotonic;
    return since > OBSERVATION_VALID_MS ? null : seen.at + since;
  }

  /** Whether a provider has lately shown quite another time; false also when none has shown any. */
  isFarOff(): boolean {
    const outside = this.outsideNow();
    return outside !== null && Math.abs(this.#deps.clock.now() - outside) > FAR_OFF_MS;
  }

  standing(): ClockStanding {
    const { clock, ledger } = this.#deps;
    const now = clock.now();
    const latest = ledger.effectiveNow(now);
    const outside = this.outsideNow();
    const offset = outside === null ? 0 : now - outside;
    return {
      heldUntil: latest - now > CLOCK_TOLERANCE_MS ? toIso(latest) : null,
      // In whole minutes: answers take a moment, and this must not change with each.
      offsetMinutes: Math.abs(offset) > CLOCK_TOLERANCE_MS ? Math.round(offset / MINUTE_MS) : null,
    };
  }
}
