import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Phone for people who may not see it whole: country code and last two digits stay (OPS-9). */
export function maskPhone(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  const countryCode = parsePhoneNumberFromString(`+${digits}`)?.countryCallingCode ?? '';
  const hidden = digits.length - countryCode.length - 2;
  if (hidden < 3) return '***';
  return `+${countryCode}${'*'.repeat(hidden)}${digits.slice(-2)}`;
}

/** Masks everything in a text that looks like an international phone number. */
export function maskPhonesIn(text: string): string {
  return text.replace(/\+?\d{8,15}/g, (digits) => maskPhone(digits));
}
