import type { Settings } from '../../../backend/contract/workspace.ts';

export type NumberSetting = 'dailyLimit' | 'rollingLimit' | 'sendsPerMinute';

/** What each may be, as the contract has it. */
export const RANGES: Record<NumberSetting, { min: number; max: number }> = {
  dailyLimit: { min: 1, max: 100_000 },
  rollingLimit: { min: 1, max: 1_000_000 },
  sendsPerMinute: { min: 1, max: 600 },
};

/** Above this many messages a day, a line is at risk. */
export const SAFE_DAILY_LIMIT = 180;

export type TypedNumbers = Record<NumberSetting, string>;

export function typedNumbersOf(settings: Pick<Settings, NumberSetting>): TypedNumbers {
  const { dailyLimit, rollingLimit, sendsPerMinute } = settings;
  return { dailyLimit: `${dailyLimit}`, rollingLimit: `${rollingLimit}`, sendsPerMinute: `${sendsPerMinute}` };
}

/** The number that was typed, or null when it is none or out of range. */
export function numberIn(setting: NumberSetting, typed: string): number | null {
  const { min, max } = RANGES[setting];
  if (!/^\d+$/.test(typed.trim())) return null;
  const value = Number(typed.trim());
  return value >= min && value <= max ? value : null;
}
