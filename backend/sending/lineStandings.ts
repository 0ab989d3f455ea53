import type { LineStanding } from '../contract/monitoring.ts';
import type { Clock } from '../core/clock.ts';
import { dayOf, toIso } from '../core/days.ts';
import { quietUntil, warmupLimit } from '../domain/pace.ts';
import type { QuotaLedger } from '../monitoring/quotaLedger.ts';
import type { Lines } from './lines.ts';

type StandingDependencies = { lines: Lines; ledger: QuotaLedger; clock: Clock; timeZone: () => string };

/** What holds each line back by itself: quiet hours and warm-up (SND-13). */
export function createLineStandings({ lines, ledger, clock, timeZone }: StandingDependencies): () => LineStanding[] {
  return () => {
    const now = clock.now();
    const day = dayOf(ledger.effectiveNow(now));
    return lines.all().flatMap(({ id, label }) => {
      const { quietHours, warmup, disabled } = lines.options(id);
      if (disabled) return [];
      const zone = quietHours?.timeZone ?? timeZone();
      const limit = warmup === null ? null : warmupLimit({ ...warmup, day });
      return {
        ...{ id, label },
        quietUntil: quietHours === null ? null : toIso(quietUntil({ at: now, timeZone: zone, quietHours })),
        warmup: limit === null ? null : { limit, sent: ledger.sentOnLine(id, day) },
      };
    });
  };
}
