import { Moon, TrendingUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LineStanding } from '../../backend/contract/monitoring.ts';
import { useFormat } from '../format/useFormat.ts';

/** What holds a line back by itself: quiet hours, warm-up (SND-13). Nothing when nothing does. */
export function LineHolds({ standing }: { standing: LineStanding }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { quietUntil, warmup } = standing;
  return (
    <>
      {quietUntil !== null && (
        <span className="inline-flex items-center gap-1.5 text-soft" data-testid="quiet-hours">
          <Moon size={14} aria-hidden="true" />
          {t('line.quietUntil', { time: format.time(quietUntil) })}
        </span>
      )}
      {warmup !== null && (
        <span className="inline-flex items-center gap-1.5 text-soft" data-testid="warm-up">
          <TrendingUp size={14} aria-hidden="true" />
          {t('line.warmup', { limit: warmup.limit, sent: warmup.sent })}
        </span>
      )}
    </>
  );
}
