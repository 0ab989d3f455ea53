import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

type AttentionCardProps = { icon: LucideIcon; testId: string; action: ReactNode; children: ReactNode };

/** What holds messages back, in a sentence, with the way out. */
export function AttentionCard({ icon: Icon, testId, action, children }: AttentionCardProps) {
  return (
    <div
      role="status"
      data-testid={testId}
      className="card flex items-center gap-3 bg-attention-tint px-4 py-2.5 text-attention"
    >
      <Icon size={16} className="shrink-0" aria-hidden="true" />
      <p className="min-w-0 flex-1 font-medium">{children}</p>
      {action}
    </div>
  );
}
