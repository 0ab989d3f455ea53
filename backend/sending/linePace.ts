import type { Clock } from '../core/clock.ts';
import { MINUTE_MS } from '../core/days.ts';
import type { Random } from '../core/random.ts';
import { nextSendAt, type Pace } from '../domain/pace.ts';
import type { QuotaLedger } from '../monitoring/quotaLedger.ts';

/** A start, by both clocks. */
export type Start = { at: number; monotonic: number };

type Dependencies = { ledger: QuotaLedger; clock: Clock; random: Random };

/** When each line may start its next message (SND-13). */
export class LinePace {
  readonly #deps: Dependencies;
  /** The random gap after a send is drawn once, and anew for another pace. */
  readonly #drawn = new Map<string, { after: number | null; pace: string; at: number }>();
  /** How many more starts surely fit into any minute, counted down with each of them. */
  readonly #room = new Map<string, { sendsPerMinute: number; left: number }>();
  /** Starts whose slot was given back: the provider was asked all the same, and the pace counts them. */
  readonly #givenBack = new Map<string, Start[]>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Earliest instant at which a line may start its next message. */
  nextStart(lineId: string, pace: Pace): number {
    const drawn = this.#drawn.get(lineId);
    const recentSends = this.#recentStarts(lineId, pace.sendsPerMinute);
    const last = recentSends.at(-1) ?? null;
    const named = JSON.stringify(pace);
    if (drawn !== undefined && drawn.after === last && drawn.pace === named) return drawn.at;
    const at = nextSendAt({ ...pace, recentSends }, this.#deps.random);
    this.#drawn.set(lineId, { after: last, pace: named, at });
    return at;
  }

  /** A message of this line took a slot. */
  started(lineId: string): void {
    const room = this.#room.get(lineId);
    if (room !== undefined) room.left -= 1;
  }

  /** The slot of a start is no longer in the ledger. */
  gaveBack(lineId: string, start: Start): void {
    this.#givenBack.set(lineId, [...(this.#givenBack.get(lineId) ?? []), start]);
  }

  /** Starts of the last minute, newest last; only the newest one as long as the minute cannot be full. */
  #recentStarts(lineId: string, sendsPerMinute: number): number[] {
    const { clock, ledger } = this.#deps;
    const since = clock.now() - MINUTE_MS;
    const room = this.#room.get(lineId);
    const hasRoom = room !== undefined && room.sendsPerMinute === sendsPerMinute && room.left > 0;
    const sends = hasRoom ? ledger.newestSend(lineId, since) : ledger.recentSends(lineId, since);
    const starts = [...sends, ...this.#recentlyGivenBack(lineId)].sort((a, b) => a - b);
    if (!hasRoom) this.#room.set(lineId, { sendsPerMinute, left: sendsPerMinute - starts.length });
    return starts;
  }

  /** Of the last minute; what a clock set back left in the future counts no more. */
  #recentlyGivenBack(lineId: string): number[] {
    const { clock } = this.#deps;
    const recent = (this.#givenBack.get(lineId) ?? []).filter(
      ({ at, monotonic }) => clock.monotonic() - monotonic < MINUTE_MS && at <= clock.now(),
    );
    this.#givenBack.set(lineId, recent);
    return recent.map(({ at }) => at);
  }
}
