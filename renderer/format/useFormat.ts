import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { settingsQuery } from '../api/queries.ts';
import { usePreferences } from '../state/preferences.ts';
import { createFormat, type Format } from './format.ts';

/** Until the settings are known, the browser's own zone stands in. */
const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function useFormat(): Format {
  const language = usePreferences((preferences) => preferences.language);
  const { data: settings } = useQuery(settingsQuery());
  const timeZone = settings?.timeZone ?? BROWSER_ZONE;
  return useMemo(() => createFormat(language, timeZone), [language, timeZone]);
}
