import { useWords } from '../../locales/i18n.ts';
import type { Line } from '../../../backend/contract/lines.ts';

type Shown = Line['state'] | 'paused';

const SIGNS: Record<Shown, { text: string; dot: string }> = {
  online: { text: 'text-ok', dot: 'bg-current' },
  offline: { text: 'text-danger', dot: 'border-2 border-current' },
  restricted: { text: 'text-attention', dot: 'bg-current rounded-none rotate-45 scale-90' },
  unknown: { text: 'text-faint', dot: 'border-2 border-dashed border-current' },
  paused: { text: 'text-paused', dot: 'border-x-3 border-current rounded-none' },
};

/** State of a line: sign and word. */
export function LineState({ state }: { state: Shown }) {
  const words = useWords();
  const { text, dot } = SIGNS[state];
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap font-medium ${text}`} data-testid="line-state">
      <span className={`size-2 shrink-0 rounded-full ${dot}`} aria-hidden="true" />
      {words.line[state]}
    </span>
  );
}
