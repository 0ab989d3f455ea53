import { cpus, loadavg } from 'node:os';
import { systemClock } from '../../backend/core/clock.ts';
import { dayOf } from '../../backend/core/days.ts';

/**
 * When, on what and beside what something was measured, as a sentence for the docs.
 * @param others share of the machine that others used before, 0 to 1
 */
export function measuredOn(command: string, others: number, browser = ''): string {
  const [processor] = cpus();
  const machine = [`${cpus().length} × ${processor?.model ?? 'unknown'}`, `Node ${process.version}`, browser];
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return (
    `Measured on ${dayOf(systemClock.now())}: ${machine.filter(Boolean).join(', ')}, by \`${command}\`. ` +
    `Others used ${Math.round(others * 100)} % of the machine before it, its load was ${load} at the end.`
  );
}
