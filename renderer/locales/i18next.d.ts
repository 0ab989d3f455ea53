import type { Dictionary } from './fr.ts';

declare module 'i18next' {
  // Merging into the library's own type needs an interface.
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Dictionary };
  }
}
