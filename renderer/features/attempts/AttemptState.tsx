import {
  Ban,
  Check,
  CheckCheck,
  Circle,
  CircleHelp,
  LoaderCircle,
  MailOpen,
  OctagonX,
  RotateCw,
  type LucideIcon,
} from 'lucide-react';
import type { AttemptState as State, MessageType } from '../../../backend/contract/attempts.ts';
import { StateMark, type Tone } from '../../components/StateMark.tsx';
import { useWords } from '../../locales/i18n.ts';

const SIGNS: Record<State, { icon: LucideIcon; tone: Tone }> = {
  pending: { icon: Circle, tone: 'faint' },
  sending: { icon: LoaderCircle, tone: 'accent' },
  sent: { icon: Check, tone: 'accent' },
  delivered: { icon: CheckCheck, tone: 'ok' },
  read: { icon: MailOpen, tone: 'ok' },
  failed_retry: { icon: RotateCw, tone: 'attention' },
  failed_final: { icon: OctagonX, tone: 'danger' },
  unknown: { icon: CircleHelp, tone: 'attention' },
  cancelled: { icon: Ban, tone: 'faint' },
};

export const ATTEMPT_STATES = Object.keys(SIGNS) as State[];

export const MESSAGE_TYPES = [
  'message_1',
  'message_2',
  'account',
  'otp',
  'system',
  'notification',
  'urgent',
  'colis_status',
  'lot_status',
] as const satisfies readonly MessageType[];

export function AttemptState({ state }: { state: State }) {
  const words = useWords();
  return <StateMark {...SIGNS[state]} word={words.attempts.state[state]} />;
}
