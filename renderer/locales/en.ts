import { attempts, resolve } from './en/attempts.ts';
import { campaigns } from './en/campaigns.ts';
import { contacts } from './en/contacts.ts';
import { dashboard } from './en/dashboard.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import { webhooks } from './en/webhooks.ts';
import type { Dictionary } from './fr.ts';

/** Every English text, with the keys of the French ones. */
export const en: Dictionary = { ...shell, dashboard, campaigns, contacts, attempts, resolve, webhooks, settings };
