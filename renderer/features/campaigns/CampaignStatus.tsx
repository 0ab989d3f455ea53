import {
  Ban,
  CalendarClock,
  CircleCheck,
  CircleDashed,
  CircleEllipsis,
  CirclePause,
  CirclePlay,
  type LucideIcon,
} from 'lucide-react';
import type { CampaignStatus as Status } from '../../../backend/contract/campaigns.ts';
import { StateMark, type Tone } from '../../components/StateMark.tsx';
import { useWords } from '../../locales/i18n.ts';

const SIGNS: Record<Status, { icon: LucideIcon; tone: Tone }> = {
  draft: { icon: CircleDashed, tone: 'faint' },
  preparing: { icon: CircleEllipsis, tone: 'accent' },
  scheduled: { icon: CalendarClock, tone: 'accent' },
  running: { icon: CirclePlay, tone: 'ok' },
  paused: { icon: CirclePause, tone: 'attention' },
  completed: { icon: CircleCheck, tone: 'accent' },
  cancelled: { icon: Ban, tone: 'faint' },
};

export const CAMPAIGN_STATUSES = Object.keys(SIGNS) as Status[];

export function CampaignStatus({ status }: { status: Status }) {
  const words = useWords();
  return <StateMark {...SIGNS[status]} word={words.campaigns.status[status]} />;
}
