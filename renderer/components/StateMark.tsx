import type { LucideIcon } from 'lucide-react';

export type Tone = 'ok' | 'attention' | 'danger' | 'blocked' | 'accent' | 'second' | 'faint';

const TONES: Record<Tone, string> = {
  ok: 'text-ok',
  attention: 'text-attention',
  danger: 'text-danger',
  blocked: 'text-blocked',
  accent: 'text-accent',
  second: 'text-second',
  faint: 'text-faint',
};

/** A state in a list: a small sign in its colour, and the word in the colour of text. */
export function StateMark({ icon: Icon, tone, word }: { icon: LucideIcon; tone: Tone; word: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Icon size={14} strokeWidth={2.25} className={`shrink-0 ${TONES[tone]}`} aria-hidden="true" />
      <span className="truncate">{word}</span>
    </span>
  );
}
