import type { AlertLevel } from '../../backend/contract/monitoring.ts';
import { filledShare } from './filledShare.ts';

const RADIUS = 104;
const STROKE = 16;
const SIZE = 2 * (RADIUS + 40);
const CENTER = SIZE / 2;
const ROUND = 2 * Math.PI * RADIUS;

const TONES: Record<AlertLevel, string> = {
  ok: 'text-ok',
  attention: 'text-attention',
  danger: 'text-danger',
  blocked: 'text-blocked',
};

type Threshold = { value: number; label: string };
type GaugeProps = {
  sent: number;
  limit: number;
  level: AlertLevel;
  /** Where the next levels begin. */
  thresholds: readonly Threshold[];
  label: string;
  figure: string;
  caption: string;
};

/** The day's messages as a ring: filled from the top, coloured by level. */
export function Gauge({ sent, limit, level, thresholds, label, figure, caption }: GaugeProps) {
  const share = filledShare(sent, limit);
  return (
    <div className={`relative ${TONES[level]}`} data-testid="gauge" data-sent={sent} data-limit={limit}>
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className="block h-auto w-full" role="img" aria-label={label}>
        <circle cx={CENTER} cy={CENTER} r={RADIUS} fill="none" stroke="var(--line)" strokeWidth={STROKE} />
        <circle
          cx={CENTER}
          cy={CENTER}
          r={RADIUS}
          fill="none"
          stroke="currentColor"
          strokeWidth={STROKE}
          strokeLinecap={share > 0 && share < 1 ? 'round' : 'butt'}
          strokeDasharray={`${share * ROUND} ${ROUND}`}
          visibility={share > 0 ? 'visible' : 'hidden'}
          transform={`rotate(-90 ${CENTER} ${CENTER})`}
          style={{ transition: 'stroke-dasharray 140ms ease-out, stroke 140ms' }}
        />
        {thresholds.map((threshold) => (
          <Tick key={threshold.value} share={filledShare(threshold.value, limit)} {...threshold} />
        ))}
      </svg>
      <div className="absolute inset-0 flex flex-col items-center justify-center" aria-hidden="true">
        <span className="text-32 font-semibold tracking-tight text-ink" data-testid="gauge-figure">
          {figure}
        </span>
        <span className="text-13 text-soft">{caption}</span>
      </div>
    </div>
  );
}

/** A mark outside the ring where a level begins, with its number. */
function Tick({ share, value, label }: Threshold & { share: number }) {
  const angle = share * 2 * Math.PI - Math.PI / 2;
  const at = (distance: number): { x: number; y: number } => ({
    x: CENTER + Math.cos(angle) * distance,
    y: CENTER + Math.sin(angle) * distance,
  });
  const [from, to, text] = [at(RADIUS + STROKE / 2 + 2), at(RADIUS + STROKE / 2 + 6), at(RADIUS + STROKE / 2 + 18)];
  return (
    <g>
      <title>{label}</title>
      <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} stroke="var(--edge)" strokeWidth="1.5" />
      <text x={text.x} y={text.y} fill="var(--faint)" fontSize="11" textAnchor="middle" dominantBaseline="central">
        {value}
      </text>
    </g>
  );
}
