import type { ProviderName } from '../lines.ts';
import { metaSentences } from './meta.ts';
import { wassengerSentences } from './wassenger.ts';

/** Sentences for the error codes of the providers, keyed `provider.<name>.<code>`, and for silent webhooks. */
export const providerSentences = {
  fr: {
    ...wassengerSentences.fr,
    ...metaSentences.fr,
    'notice.webhooks_silent': 'Plus aucun événement du fournisseur',
    'notice.webhooks_silent.body':
      'Des messages attendent un accusé de réception et rien n’est arrivé depuis {minutes} min. Vérifiez l’adresse des webhooks chez le fournisseur.',
  },
  en: {
    ...wassengerSentences.en,
    ...metaSentences.en,
    'notice.webhooks_silent': 'No more events from the provider',
    'notice.webhooks_silent.body':
      'Messages wait for a delivery report and nothing has arrived for {minutes} min. Check the webhook address at the provider.',
  },
} as const;

/** Key of the sentence for a provider's error code; it may have none (`isSentenceKey`). */
export function providerSentenceKey(provider: ProviderName, code: string): string {
  // The simulator speaks Wassenger's language.
  return `provider.${provider === 'simulator' ? 'wassenger' : provider}.${code}`;
}
