import { z } from 'zod';
import type { MonitoringStats } from '../backend/contract/monitoring.ts';

/** Thresholds that the operator hears of, from the lowest to the highest (DSK-3). */
const THRESHOLDS = ['attention', 'danger', 'limit'] as const;
export type Threshold = (typeof THRESHOLDS)[number];

/** The highest threshold announced on a day, kept across restarts. */
export const announced = z.object({ day: z.iso.date(), highest: z.enum(THRESHOLDS) });
export type Announced = z.infer<typeof announced>;

type Figures = Pick<MonitoringStats, 'date' | 'alertLevel' | 'canSend'>;

/**
 * The threshold to announce for these figures, or null. A threshold is announced when it is crossed upward, once per
 * day; crossing a higher one covers the lower ones, so that the level may fall and rise again in silence (DSK-3).
 * Figures of a day before the last announced one are late and announce nothing (MON-8).
 */
export function thresholdToAnnounce(last: Announced | null, figures: Figures): Threshold | null {
  const reached = thresholdOf(figures);
  if (reached === null) return null;
  if (last === null || figures.date > last.day) return reached;
  if (figures.date < last.day) return null;
  return THRESHOLDS.indexOf(reached) > THRESHOLDS.indexOf(last.highest) ? reached : null;
}

function thresholdOf({ alertLevel, canSend }: Figures): Threshold | null {
  if (!canSend || alertLevel === 'blocked') return 'limit';
  return alertLevel === 'ok' ? null : alertLevel;
}
