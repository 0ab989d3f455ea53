import type { Locale } from '../../backend/contract/common.ts';

const NO_VALUE = '–';

/** Numbers and dates as the operator reads them: by language and in their time zone. */
export type Format = {
  number: (value: number) => string;
  /** 34,5 % */
  percent: (share: number) => string;
  /** 34 %, where the figure stands beside it */
  wholePercent: (share: number) => string;
  /** 4,2 Mo */
  size: (bytes: number) => string;
  /** 20 nov., 14:32 */
  dateTime: (at: string | null) => string;
  /** 20 novembre 2026 à 14:32:05 UTC+1 */
  exact: (at: string) => string;
  /** 14:32 */
  time: (at: string | number) => string;
  /** 14:32:05 */
  timeWithSeconds: (at: string) => string;
  /** 20 nov., 14:32:05 */
  dateTimeWithSeconds: (at: string) => string;
  /** A UTC calendar day, given as `YYYY-MM-DD`: jeu. 20 */
  shortDay: (day: string) => string;
  longDay: (day: string) => string;
  country: (code: string) => string;
  /** The zone as the operator names it, `null` when it is UTC. */
  zone: string | null;
};

/** Times of day where the clock stands at UTC. */
const isUtc = (zone: string): boolean => /^(?:Etc\/)?(?:UTC|GMT|UCT|Zulu|Universal)$/i.test(zone);

function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    // A zone that this browser does not know: UTC is named, so nothing is misread.
    return 'UTC';
  }
}

export function createFormat(language: Locale, wantedZone: string): Format {
  const tag = language === 'fr' ? 'fr-FR' : 'en-GB';
  const timeZone = knownZone(wantedZone);
  const zoned = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { ...options, timeZone });
  const ofDay = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });

  const number = new Intl.NumberFormat(tag);
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 });
  const wholePercent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const megabytes = new Intl.NumberFormat(tag, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 });
  const dateTime = zoned({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  const exact = zoned({ dateStyle: 'long', timeStyle: 'long' });
  const time = zoned({ hour: '2-digit', minute: '2-digit' });
  const timeWithSeconds = zoned({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const dateTimeWithSeconds = zoned({
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const shortDay = ofDay({ weekday: 'short', day: 'numeric' });
  const longDay = ofDay({ weekday: 'long', day: 'numeric', month: 'long' });
  const countries = new Intl.DisplayNames(tag, { type: 'region' });

  return {
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    wholePercent: (share) => wholePercent.format(share),
    size: (bytes) => megabytes.format(bytes / 1_000_000),
    dateTime: (at) => (at === null ? NO_VALUE : dateTime.format(Date.parse(at))),
    exact: (at) => exact.format(Date.parse(at)),
    time: (at) => time.format(typeof at === 'number' ? at : Date.parse(at)),
    timeWithSeconds: (at) => timeWithSeconds.format(Date.parse(at)),
    dateTimeWithSeconds: (at) => dateTimeWithSeconds.format(Date.parse(at)),
    shortDay: (day) => shortDay.format(Date.parse(day)),
    longDay: (day) => longDay.format(Date.parse(day)),
    country: (code) => countries.of(code) ?? code,
    zone: isUtc(timeZone) ? null : timeZone,
  };
}

/** A phone in groups where the grouping is known, else as it is stored. */
export function readablePhone(phone: string): string {
  const french = /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(phone);
  return french ? `+33 ${french.slice(1).join(' ')}`.replaceAll(' ', '\u00a0') : phone;
}

/** Share of a whole, 0 when there is no whole. */
export function shareOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
