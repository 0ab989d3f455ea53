import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import { plainPhone } from './plainPhone.ts';

/** Marks without a width (direction, joiners, byte order mark) that copied numbers carry. */
const INVISIBLE = /[\p{Cf}\u00ad]/gu;
/** How numbers of other countries are dialled from most of the world. */
const DIALLED_ABROAD = /^00(?=\s*[1-9(])/;

/**
 * A phone number in E.164, or null when the text is not one. Tolerates spaces, dots, dashes, brackets, `00` for `+`,
 * `tel:`, the apostrophe that spreadsheets put in front, invisible marks and digits of other scripts.
 * Judges length and shape, not whether a range is assigned: numbering plans change faster than this program.
 * @param defaultCountry two letters; country of numbers without an international prefix
 */
export function parsePhone(text: string, defaultCountry: string): string | null {
  return plainPhone(text, defaultCountry.toUpperCase()) ?? parseAnyPhone(text, defaultCountry);
}

/** The same by the library alone. */
export function parseAnyPhone(text: string, defaultCountry: string): string | null {
  const cleaned = text
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^'/, '')
    .replace(/^tel:/i, '')
    .trim()
    .replace(DIALLED_ABROAD, '+');
  const parsed = parsePhoneNumberFromString(cleaned, {
    defaultCountry: defaultCountry.toUpperCase() as CountryCode,
    extract: false,
  });
  // An extension is a switchboard's, which has no WhatsApp.
  if (parsed === undefined || parsed.ext !== undefined || !parsed.isValid()) return null;
  return parsed.number;
}
