import type { ComponentProps } from 'react';
import { useFormat } from '../format/useFormat.ts';
import { Select } from './Field.tsx';

/** Countries whose numbers are most often written without their code; the present one is always among them. */
const COUNTRIES = [
  ...[
    'FR',
    'BE',
    'CH',
    'LU',
    'MC',
    'CA',
    'MA',
    'DZ',
    'TN',
    'SN',
    'CI',
    'CM',
    'CD',
    'CG',
    'GA',
    'BJ',
    'TG',
    'ML',
    'BF',
    'NE',
  ],
  ...[
    'GN',
    'MG',
    'MU',
    'RE',
    'GP',
    'MQ',
    'GF',
    'YT',
    'HT',
    'GB',
    'IE',
    'DE',
    'ES',
    'IT',
    'PT',
    'NL',
    'US',
    'BR',
    'MX',
    'IN',
  ],
];

export function CountrySelect({ value, ...rest }: Omit<ComponentProps<'select'>, 'value'> & { value: string }) {
  const format = useFormat();
  const named = [...new Set([value, ...COUNTRIES])]
    .map((code) => ({ code, name: format.country(code) }))
    .sort((one, other) => one.name.localeCompare(other.name));
  return (
    <Select value={value} {...rest}>
      {named.map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </Select>
  );
}
