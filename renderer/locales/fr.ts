import { attempts, resolve } from './fr/attempts.ts';
import { campaigns } from './fr/campaigns.ts';
import { contacts } from './fr/contacts.ts';
import { dashboard } from './fr/dashboard.ts';
import { settings } from './fr/settings.ts';
import { shell } from './fr/shell.ts';
import { webhooks } from './fr/webhooks.ts';

/**
 * Every French text. Written with plain spaces: `prepare.ts` sets the narrow no-break ones before `; : ! ? %`
 * and inside quotation marks.
 */
export const fr = { ...shell, dashboard, campaigns, contacts, attempts, resolve, webhooks, settings };

/** The same keys, with any texts. */
export type Texts<Source> = { [Key in keyof Source]: Source[Key] extends string ? string : Texts<Source[Key]> };
export type Dictionary = Texts<typeof fr>;
