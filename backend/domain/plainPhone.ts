import metadata from 'libphonenumber-js/min/metadata';

/** Digits, perhaps with single blanks, dots or dashes between them: what almost every list holds. */
const PLAIN = /^\+?\d+(?:[ .-]\d+)*$/;
/** How numbers of other countries are dialled from most of the world. */
const DIALLED_ABROAD = /^00(?=[1-9])/;
/** `+33 (0)6 39 ...`: the zero that is dialled at home only. */
const ZERO_AT_HOME = /^(\+\d{1,3}) ?\(0\) ?(?=[1-9])/;
const MOST_LETTERS = 24;

type Plan = { callingCode: string; prefix: string; national: RegExp };

/** Places of a country's row in the library's tables. */
const [CALLING_CODE, PATTERN, NATIONAL_PREFIX, PREFIX_FOR_PARSING] = [0, 2, 5, 7];

/** How a country's numbers are read, from the library's own tables; null where that takes more than a pattern. */
function planOf(country: string): Plan | null {
  const row = (metadata.countries as Record<string, readonly unknown[]>)[country];
  if (row === undefined) return null;
  const callingCode = String(row[CALLING_CODE]);
  const shared = (metadata.country_calling_codes as Record<string, readonly string[]>)[callingCode];
  const prefix = row[NATIONAL_PREFIX] ?? '';
  const forParsing = row[PREFIX_FOR_PARSING] ?? prefix;
  // Countries behind one code, and prefixes with rules of their own, are the library's work.
  if (shared?.length !== 1 || typeof prefix !== 'string' || forParsing !== prefix) return null;
  return { callingCode, prefix, national: new RegExp(`^(?:${String(row[PATTERN])})$`) };
}

const plans = new Map<string, Plan | null>();
const knownPlan = (country: string): Plan | null => {
  let plan = plans.get(country);
  if (plan === undefined) {
    plan = planOf(country);
    plans.set(country, plan);
  }
  return plan;
};

/**
 * E.164 of a number that is plainly a valid one of the country, five times faster than the whole library; null says
 * nothing about the text: it is for the library to judge.
 * @param country two capital letters
 */
export function plainPhone(text: string, country: string): string | null {
  if (text.length > MOST_LETTERS) return null;
  const plan = knownPlan(country);
  if (plan === null) return null;
  let plain = text.startsWith('00') ? text.replace(DIALLED_ABROAD, '+') : text;
  if (plan.prefix === '0' && plain.includes('(')) plain = plain.replace(ZERO_AT_HOME, '$1 ');
  if (plain.startsWith('00') || !PLAIN.test(plain)) return null;
  const { callingCode, prefix, national } = plan;
  const digits = plain.replace(/[ .-]/g, '');
  if (digits.startsWith('+')) {
    const rest = digits.slice(1 + callingCode.length);
    const isOurs = digits.startsWith(callingCode, 1);
    return isOurs && isNational(rest, plan) ? `+${callingCode}${rest}` : null;
  }
  if (prefix === '') return national.test(digits) ? `+${callingCode}${digits}` : null;
  const rest = digits.slice(prefix.length);
  return digits.startsWith(prefix) && isNational(rest, plan) ? `+${callingCode}${rest}` : null;
}

function isNational(rest: string, { prefix, national }: Plan): boolean {
  return (prefix === '' || !rest.startsWith(prefix)) && national.test(rest);
}
