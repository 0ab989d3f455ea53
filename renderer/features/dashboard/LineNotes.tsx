import type { MonitoringStats } from '../../../backend/contract/monitoring.ts';
import { LineHolds } from '../../components/LineHolds.tsx';

/** Lines that hold themselves back, so that nobody wonders why nothing leaves (SND-13). */
export function LineNotes({ stats }: { stats: MonitoringStats }) {
  const held = stats.lines.filter(({ quietUntil, warmup }) => quietUntil !== null || warmup !== null);
  if (held.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1.5">
      {held.map((standing) => (
        <li key={standing.id} className="card flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 text-13">
          <span className="font-medium">{standing.label}</span>
          <LineHolds standing={standing} />
        </li>
      ))}
    </ul>
  );
}
