import type { Standing } from '../state/live.ts';
import { LevelShape } from './LevelShape.tsx';

const TONES: Record<Standing, string> = {
  ok: 'bg-ok-tint text-ok',
  attention: 'bg-attention-tint text-attention',
  danger: 'bg-danger-tint text-danger',
  blocked: 'bg-blocked-tint text-blocked',
  paused: 'bg-paused-tint text-paused',
  offline: 'bg-paused-tint text-paused',
};

/** Colour, shape and word of a level, always together. */
export function LevelBadge({ standing, word, label }: { standing: Standing; word: string; label?: string }) {
  return (
    <span
      data-testid="level"
      data-level={standing}
      title={label}
      className={`inline-flex h-6 items-center gap-1.5 rounded-full px-2.5 text-12 font-semibold ${TONES[standing]}`}
    >
      <LevelShape standing={standing} size={11} />
      {word}
    </span>
  );
}
