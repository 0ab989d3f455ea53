import type { ReactNode } from 'react';
import { useFormat } from '../format/useFormat.ts';
import { ProgressBar } from './ProgressBar.tsx';

type WorkProgressProps = { label: string; share: number; children?: ReactNode };

/** How far long work is, and the way to end it. */
export function WorkProgress({ label, share, children }: WorkProgressProps) {
  const format = useFormat();
  const percent = Math.floor(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className="card flex flex-col gap-2 px-4 py-3" data-testid="work-progress">
      <div className="flex items-center justify-between gap-3">
        <p role="status" className="text-13 text-soft">
          {label}
        </p>
        <span className="text-13 font-medium tabular-nums">{format.wholePercent(percent / 100)}</span>
      </div>
      <ProgressBar label={label} percent={percent} />
      {children && <div className="flex justify-end gap-2 pt-1">{children}</div>}
    </div>
  );
}
