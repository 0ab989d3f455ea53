import path from 'node:path';
import { createBodyCipher } from '../../backend/storage/encryption/bodyCipher.ts';
import { keyRing } from '../../backend/storage/encryption/dataKeys.ts';
import { openDatabase, type Database } from '../../backend/storage/database.ts';
import { loadSecrets } from '../../backend/storage/secrets.ts';
import { createWebhookInbox } from '../../backend/webhooks/inbox.ts';

/** Bodies of all raw webhooks of a folder whose secrets lie in clear, as they were received. */
export function storedRequests(dataDir: string, inbox: Database): string[] {
  const ring = keyRing([], loadSecrets(dataDir).dataKeys);
  const cipher = createBodyCipher({ ring: () => ring, sealsAll: () => false });
  return createWebhookInbox(inbox, cipher)
    .after(0, Number.MAX_SAFE_INTEGER)
    .map(({ body }) => String(body));
}

/** Ids of the events that the raw webhooks of a folder hold, one each; nobody has the folder open. */
export function storedEventIds(dataDir: string): string[] {
  const inbox = openDatabase(path.join(dataDir, 'inbox.db'));
  try {
    return storedRequests(dataDir, inbox).map((body) => (JSON.parse(body) as { data: { id: string } }).data.id);
  } finally {
    inbox.close();
  }
}
