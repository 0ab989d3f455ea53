import { create } from 'zustand';
import type { Locale } from '../../backend/contract/common.ts';

export type Theme = 'system' | 'light' | 'dark';
export type Preferences = {
  theme: Theme;
  language: Locale;
  /** False while the language only follows the workspace's setting. */
  languageChosen: boolean;
};

/** Read by `public/theme.js` before the first paint. */
const STORAGE_KEY = 'vigie.preferences';
const DEFAULTS: Preferences = { theme: 'system', language: 'fr', languageChosen: false };

/** Reads saved preferences; whatever is missing or unknown takes its default. */
export function parsePreferences(saved: string | null): Preferences {
  let value: unknown;
  try {
    value = JSON.parse(saved ?? '{}');
  } catch {
    // Damaged storage is worth no more than an empty one.
    return DEFAULTS;
  }
  if (typeof value !== 'object' || value === null) return DEFAULTS;
  return {
    theme: 'theme' in value && (value.theme === 'light' || value.theme === 'dark') ? value.theme : 'system',
    language: 'language' in value && value.language === 'en' ? 'en' : 'fr',
    languageChosen: 'languageChosen' in value && value.languageChosen === true,
  };
}

function readStorage(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    // Storage is closed in this browser: the defaults hold, and the page works.
    return null;
  }
}

export const usePreferences = create<Preferences>(() => parsePreferences(readStorage()));

/** Keeps the preferences for the next visit and puts theme and language on the page. */
export function keepPreferences(): void {
  usePreferences.subscribe((preferences) => {
    show(preferences);
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(preferences));
    } catch {
      // As above: the choice holds until the page is closed.
    }
  });
}

function show({ theme, language }: Preferences): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  root.lang = language;
}
