type ProgressBarProps = { label: string; percent: number };

/** How much of long work is done, of a hundred. */
export function ProgressBar({ label, percent }: ProgressBarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="h-1.5 overflow-hidden rounded-full bg-fill"
    >
      <span className="block h-full rounded-full bg-accent" style={{ width: `${percent}%` }} />
    </div>
  );
}
