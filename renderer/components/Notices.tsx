import type { ReactNode } from 'react';

type EmptyProps = {
  icon: ReactNode;
  title: string;
  text?: string;
  children?: ReactNode;
  compact?: boolean;
  heading?: boolean;
};

/** Nothing to show yet: what will appear, and the one next action (UI-9). */
export function Empty({ icon, title, text, children, compact = false, heading = false }: EmptyProps) {
  const Title = heading ? 'h1' : 'p';
  return (
    <div
      className={`appear flex flex-1 flex-col items-center justify-center px-6 text-center ${compact ? 'py-6' : 'py-16'}`}
    >
      <div className="mb-3 flex size-9 items-center justify-center rounded-card border border-line bg-surface text-faint">
        {icon}
      </div>
      <Title className="text-15 font-medium text-ink">{title}</Title>
      {text && <p className="mt-1 max-w-md text-13 text-soft">{text}</p>}
      {children && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}

const STRIPS = {
  attention: 'bg-attention-tint text-attention',
  danger: 'bg-danger-tint text-danger',
  blocked: 'bg-blocked-tint text-blocked',
  ok: 'bg-ok-tint text-ok',
  info: 'bg-accent-tint text-accent',
} as const;

/** A sentence that has to be seen, with its sign. */
export function Strip({ tone, icon, children }: { tone: keyof typeof STRIPS; icon?: ReactNode; children: ReactNode }) {
  return (
    <div className={`flex items-start gap-2 rounded-field px-3 py-2 text-13 ${STRIPS[tone]}`}>
      {icon && <span className="mt-0.5 shrink-0">{icon}</span>}
      <div className="min-w-0">{children}</div>
    </div>
  );
}

/** Grey shapes in the place of what is still loading; seen only when the wait is long enough. */
export function Skeleton({ className = '' }: { className?: string }) {
  return <div className={`shimmer appear-late ${className}`} aria-hidden="true" />;
}

export function SkeletonRows({ rows = 8, label }: { rows?: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="divide-y divide-line">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex h-9 items-center gap-6 px-6">
          <Skeleton className="h-3 w-24" />
          <Skeleton className="h-3 w-40" />
          <Skeleton className="h-3 flex-1" />
        </div>
      ))}
    </div>
  );
}

/** A whole page of a list while its code is fetched. */
export function SkeletonPage({ label }: { label: string }) {
  return (
    <div>
      <Skeleton className="mx-6 mt-6 mb-5 h-6 w-40" />
      <Skeleton className="mx-6 mb-4 h-8 w-96" />
      <SkeletonRows label={label} />
    </div>
  );
}
