import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { isTimeZone } from '../contract/common.ts';
import { DAY_MS } from '../core/days.ts';
import { zoneOffset } from './pace.ts';

/** Names of a contact's attribute that holds a time zone, without spaces, dashes and capitals. */
const ZONE_ATTRIBUTES = new Set(['timezone', 'fuseau', 'fuseauhoraire']);
/** Longest calling code. */
const CALLING_CODE_DIGITS = 3;

/**
 * Time zone of a contact (SND-13): what its attribute `timezone` or `fuseau` says, else that of its phone's country
 * where all of the country has one time; null where neither is known.
 */
export function recipientZone(contact: { phone: string; attributes?: Record<string, string> }): string | null {
  return zoneOfAttributes(contact.attributes ?? {}) ?? zoneOfPhone(contact.phone);
}

/** Names that were looked at already: contacts repeat them, and asking the platform takes its time. */
const named = new Map<string, boolean>();
const MOST_NAMES = 1_000;

function isKnownZone(name: string): boolean {
  let known = named.get(name);
  if (known === undefined) {
    known = isTimeZone(name);
    if (named.size < MOST_NAMES) named.set(name, known);
  }
  return known;
}

function zoneOfAttributes(attributes: Record<string, string>): string | null {
  for (const [name, value] of Object.entries(attributes)) {
    const zone = value.trim();
    if (ZONE_ATTRIBUTES.has(name.toLowerCase().replace(/[\s_-]/g, '')) && isKnownZone(zone)) return zone;
  }
  return null;
}

/** Calling code to its zone: null where its countries do not share one time. */
let callingCodes: Map<string, string | null> | null = null;

/** @param phone in E.164 */
function zoneOfPhone(phone: string): string | null {
  callingCodes ??= readCallingCodes();
  for (let digits = 1; digits <= CALLING_CODE_DIGITS; digits++) {
    const zone = callingCodes.get(phone.slice(1, 1 + digits));
    if (zone === undefined) continue;
    return zone ?? zoneOfCountry(parsePhoneNumberFromString(phone)?.country ?? '');
  }
  return null;
}

function readCallingCodes(): Map<string, string | null> {
  const zones = new Map<string, string | null>();
  for (const country of getCountries()) {
    const code = getCountryCallingCode(country);
    const zone = zoneOfCountry(country);
    const known = zones.get(code);
    if (known === undefined) zones.set(code, zone);
    else if (known !== null && (zone === null || !sameTime(known, zone))) zones.set(code, null);
  }
  return zones;
}

function zoneOfCountry(country: string): string | null {
  if (country === '') return null;
  // Declared here: the types of the language know it as a proposal only.
  const region: Intl.Locale & { getTimeZones?: () => string[] | undefined } = new Intl.Locale(`und-${country}`);
  const [first, ...others] = region.getTimeZones?.() ?? [];
  return first !== undefined && others.every((other) => sameTime(first, other)) ? first : null;
}

/** An instant of this century and the days of a year after it: every change of daylight saving lies between them. */
const SAMPLE_START = Date.UTC(2026, 0, 1);
const SAMPLE_EVERY_MS = 15 * DAY_MS;
const SAMPLES = 25;

/** Whether two zones show the same time all year. */
function sameTime(first: string, second: string): boolean {
  return Array.from({ length: SAMPLES }, (_, index) => SAMPLE_START + index * SAMPLE_EVERY_MS).every(
    (at) => zoneOffset(at, first) === zoneOffset(at, second),
  );
}
