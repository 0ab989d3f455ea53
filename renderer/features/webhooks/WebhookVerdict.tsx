import { Check, CircleSlash, Copy, OctagonX, ShieldX, Unlink, type LucideIcon } from 'lucide-react';
import type { WebhookVerdict as Verdict } from '../../../backend/contract/webhookEvents.ts';
import { StateMark, type Tone } from '../../components/StateMark.tsx';
import { useWords } from '../../locales/i18n.ts';

const SIGNS: Record<Verdict, { icon: LucideIcon; tone: Tone }> = {
  applied: { icon: Check, tone: 'ok' },
  duplicate: { icon: Copy, tone: 'faint' },
  unmatched: { icon: Unlink, tone: 'attention' },
  ignored: { icon: CircleSlash, tone: 'faint' },
  rejected: { icon: ShieldX, tone: 'danger' },
  failed: { icon: OctagonX, tone: 'danger' },
};

export const VERDICTS = Object.keys(SIGNS) as Verdict[];

export function WebhookVerdict({ verdict }: { verdict: Verdict }) {
  const words = useWords();
  return <StateMark {...SIGNS[verdict]} word={words.webhooks.verdict[verdict]} />;
}
