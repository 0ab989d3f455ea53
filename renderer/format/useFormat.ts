import { useQuery } from '@tanstack/react-query';
import type { Locale } from '../../backend/contract/common.ts';
import { settingsQuery } from '../api/queries.ts';
import { usePreferences } from '../state/preferences.ts';
import { createFormat, type Format } from './format.ts';

/** Until the settings are known, the browser's own zone stands in. */
const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Making one is slow enough to be seen in a list: each is made once. */
const made = new Map<string, Format>();

function formatFor(language: Locale, timeZone: string): Format {
  const name = `${language}/${timeZone}`;
  const format = made.get(name) ?? createFormat(language, timeZone);
  made.set(name, format);
  return format;
}

/** Numbers and dates in the language of the page and in the operator's time zone. */
export function useFormat(): Format {
  const language = usePreferences((preferences) => preferences.language);
  const { data: settings } = useQuery(settingsQuery());
  return formatFor(language, settings?.timeZone ?? BROWSER_ZONE);
}
