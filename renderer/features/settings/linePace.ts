import type { Line, LinePatch } from '../../../backend/contract/lines.ts';

/** How a line sends, as it is typed; empty for what it does not set itself. */
export type TypedPace = {
  perMinute: string;
  /** Seconds. */
  gapMin: string;
  gapMax: string;
  /** Messages of the first, second, ... day, between commas. */
  warmup: string;
  quietFrom: string;
  quietTo: string;
  /** Empty: that of the settings. */
  quietZone: string;
};
export type PaceField = 'perMinute' | 'gap' | 'warmup' | 'quiet';

const LONGEST_GAP_S = 3_600;
const MOST_PER_MINUTE = 600;
const MOST_PER_DAY = 100_000;
const MOST_STEPS = 60;
const MS_PER_SECOND = 1_000;

export function typedPaceOf(line: Pick<Line, 'sendsPerMinute' | 'gapMs' | 'warmup' | 'quietHours'>): TypedPace {
  const { sendsPerMinute, gapMs, warmup, quietHours } = line;
  return {
    perMinute: `${sendsPerMinute ?? ''}`,
    gapMin: gapMs === null ? '' : `${gapMs.min / MS_PER_SECOND}`,
    gapMax: gapMs === null ? '' : `${gapMs.max / MS_PER_SECOND}`,
    warmup: warmup?.steps.join(', ') ?? '',
    quietFrom: quietHours?.from ?? '',
    quietTo: quietHours?.to ?? '',
    quietZone: quietHours?.timeZone ?? '',
  };
}

/** What to save, or the fields that are wrong. */
export function readPace(typed: TypedPace): { patch: Omit<LinePatch, 'id'> } | { wrong: PaceField[] } {
  const sendsPerMinute = readWhole(typed.perMinute, MOST_PER_MINUTE);
  const gapMs = readGap(typed);
  const warmupSteps = readSteps(typed.warmup);
  const quietHours = readQuietHours(typed);
  if (sendsPerMinute !== undefined && gapMs !== undefined && warmupSteps !== undefined && quietHours !== undefined) {
    return { patch: { sendsPerMinute, gapMs, warmupSteps, quietHours } };
  }
  const read = { perMinute: sendsPerMinute, gap: gapMs, warmup: warmupSteps, quiet: quietHours };
  return { wrong: (Object.keys(read) as PaceField[]).filter((field) => read[field] === undefined) };
}

/** Null when nothing is typed, undefined when it is no number from 1 to `most`. */
function readWhole(typed: string, most: number): number | null | undefined {
  const text = typed.trim();
  if (text === '') return null;
  const value = Number(text);
  return /^\d+$/.test(text) && value >= 1 && value <= most ? value : undefined;
}

function readGap({ gapMin, gapMax }: TypedPace): { min: number; max: number } | null | undefined {
  if (gapMin.trim() === '' && gapMax.trim() === '') return null;
  const [min, max] = [gapMin, gapMax].map((typed) => Number(typed.trim().replace(',', '.') || Number.NaN));
  if (min === undefined || max === undefined) return undefined;
  // A number that is none compares as false.
  if (!(min >= 0 && min <= max && max <= LONGEST_GAP_S)) return undefined;
  return { min: Math.round(min * MS_PER_SECOND), max: Math.round(max * MS_PER_SECOND) };
}

/** Steps between commas, semicolons or spaces. */
export function readSteps(typed: string): number[] | null | undefined {
  const parts = typed.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0) return null;
  const steps = parts.map((part) => readWhole(part, MOST_PER_DAY));
  const whole = steps.filter((step): step is number => typeof step === 'number');
  return whole.length === parts.length && parts.length <= MOST_STEPS ? whole : undefined;
}

function readQuietHours({ quietFrom: from, quietTo: to, quietZone }: TypedPace): LinePatch['quietHours'] {
  if (from === '' && to === '') return null;
  return from === '' || to === '' || from === to
    ? undefined
    : { from, to, timeZone: quietZone === '' ? null : quietZone };
}
