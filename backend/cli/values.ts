import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/days.ts';
import { UsageError } from './command.ts';

/** @throws UsageError when the option is missing */
export function required(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError('usage.missing_option', { option: `--${option}` });
  return value;
}

/** @throws UsageError unless it is a whole number; the contract says which are allowed */
export function wholeNumber(option: string, value: string): number;
export function wholeNumber(option: string, value: string | undefined): number | undefined;
export function wholeNumber(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(value)) throw new UsageError('usage.not_a_number', { option: `--${option}`, value });
  return Number(value);
}

/** @throws UsageError unless it is one of the values */
export function oneOf<const Value extends string>(option: string, value: string, values: readonly Value[]): Value {
  const found = values.find((allowed) => allowed === value);
  if (found === undefined) throw new UsageError('usage.not_one_of', { option: `--${option}`, values, value });
  return found;
}

const UNITS_MS = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** Milliseconds of `30m`, `12h`, `7d`. @throws UsageError when it is something else */
export function duration(option: string, value: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(value) ?? [];
  if (count === undefined) throw new UsageError('usage.not_a_duration', { option: `--${option}`, value });
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}

/** The same without what was not given, so that the contract's defaults count. */
export function given<Values extends object>(
  values: Values,
): { [Name in keyof Values]: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]: Exclude<Values[Name], undefined>;
  };
}
