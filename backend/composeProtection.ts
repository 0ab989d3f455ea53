import type { Config } from './config.ts';
import { VigieError } from './contract/errors.ts';
import type { SentenceKey } from './contract/messages/sentence.ts';
import type { Protection } from './contract/protection.ts';
import type { Clock } from './core/clock.ts';
import { toIso } from './core/days.ts';
import type { Logger } from './core/logger.ts';
import type { Notify } from './monitoring/notify.ts';
import { sweptAttempts } from './sending/sweptAttempts.ts';
import type { Services } from './services.ts';
import type { Audit } from './storage/audit.ts';
import { inTransaction } from './storage/database.ts';
import { createBodyCipher, type BodyCipher } from './storage/encryption/bodyCipher.ts';
import { createBodySweep, type BodySweep } from './storage/encryption/bodySweep.ts';
import { createFileCleaner } from './storage/encryption/cleanFiles.ts';
import { keyRing, makeDataKey, writeDataKey, type DataKey } from './storage/encryption/dataKeys.ts';
import { createSealingKeys } from './storage/encryption/sealingKeys.ts';
import type { SecretProtection } from './storage/secretProtection.ts';
import { loadSecrets, saveSecrets, type Secrets } from './storage/secrets.ts';
import type { Store } from './storage/store.ts';
import { sweptInbox } from './webhooks/sweptInbox.ts';

const notYet = (): never => {
  throw new VigieError('not_found');
};
/** Before the keys are known. */
export const NO_KEYS_YET: Services['protection'] = {
  ...{ get: notYet, update: notYet, rotate: notYet, export: notYet },
  ...{ setPassphrase: notYet, removePassphrase: notYet },
};

const SETTING = 'encrypt_all';

export type ProtectionParts = {
  config: Config;
  store: Store;
  secrets: Secrets;
  protection: SecretProtection;
  clock: Clock;
  logger: Logger;
  /** `command`: nothing runs in the background, so that what is asked for is done before its answer. */
  mode: 'host' | 'command';
};

type Listeners = {
  audit: Audit;
  notify: Notify;
  /** The secrets are kept in another way from now on. */
  secretsKept: () => void;
};

export type DataProtection = {
  cipher: BodyCipher;
  sweep: BodySweep;
  /** The calls, once there is somebody to tell. */
  service(told: Listeners): Services['protection'];
};

/** Wires what keeps the texts of messages from who has the files (SEC-3). */
export function composeProtection(parts: ProtectionParts): DataProtection {
  const { config, store, protection, clock, logger, mode } = parts;
  const database = store.main;
  const readSetting = database.prepare<{ key: string }, string>(`SELECT value FROM meta WHERE key = @key`).pluck();
  const writeSetting = database.prepare<{ key: string; value: string }>(`
    INSERT INTO meta (key, value) VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
  const keys = createSealingKeys(database);
  let ring = keyRing(config.dataKeys, parts.secrets.dataKeys);
  let sealsAll = readSetting.get({ key: SETTING }) === '1';
  let told: Listeners | null = null;

  const inUse = (): DataKey => {
    const [first] = ring;
    if (first === undefined) throw new VigieError('frozen', { reason: 'data_key_missing', keyId: '-' });
    return first;
  };
  keys.use(inUse().id, clock.now());

  const cipher = createBodyCipher({ ring: () => ring, sealsAll: () => sealsAll });
  const cleaner = createFileCleaner(store, logger);
  if (mode === 'host') cleaner.runWhole();
  const unreadable = (table: string, row: string): void => {
    logger.error({ table, row }, 'a text cannot be decrypted, and stays as it is');
  };
  const sweep = createBodySweep({
    ...{ database, logger },
    tables: [...sweptAttempts(database, cipher, unreadable), sweptInbox(store.inbox, cipher, unreadable)],
    goal: () => `${inUse().id}:${sealsAll ? 'all' : 'sensitive'}`,
    moved: () => told?.notify.changed('settings'),
    async completed(changed) {
      inTransaction(database, () => {
        for (const id of keys.retireOthers(inUse().id, clock.now()))
          told?.audit.write({ actor: 'vigie', action: 'key.retired', target: id });
      });
      if (changed > 0) cleaner.mark();
      await cleaner.run();
    },
  });

  const get = (): Protection => ({
    encryptAll: sealsAll,
    progress: sweep.progress(),
    cleanedAtNextStart: !sweep.progress().running && cleaner.isDue(),
    key: {
      id: inUse().id,
      from: config.dataKeys.length > 0 ? 'environment' : 'folder',
      usedSince: toIso(keys.usedSince(inUse().id) ?? clock.now()),
      earlier: ring.length - 1,
    },
    secrets: protection.kind,
  });
  /** A host goes on in the background; a command has nobody who would. */
  const reached = async (): Promise<Protection> => {
    if (mode === 'command') await sweep.finish();
    else sweep.wake();
    told?.notify.changed('settings');
    return get();
  };

  /** Lets pass who knows the passphrase that is to go. */
  const refuseStranger = async (current: string | undefined): Promise<void> => {
    const refuse = (detail: SentenceKey, reason: string): never => {
      throw new VigieError('bad_request', { detail, reason });
    };
    if (protection.kind !== 'passphrase') refuse('protection.no_passphrase', 'protected_already');
    if (config.passphrase !== null) refuse('protection.passphrase_fixed', 'fixed_by_environment');
    if (current === undefined) refuse('protection.current_missing', 'passphrase_missing');
    else if (!(await protection.opensBy(current))) refuse('protection.current_wrong', 'passphrase_wrong');
  };
  /** One change of the passphrase after the other: each is asked about the one before. */
  let changing: Promise<unknown> = Promise.resolve();
  const inTurn = (change: () => Promise<Protection>): Promise<Protection> => {
    const turn = changing.then(change);
    changing = turn.catch(() => {});
    return turn;
  };
  const keepSecretsBy = async (passphrase: string | null): Promise<void> => {
    const takeBack = await protection.setPassphrase(passphrase);
    try {
      // Written at once; clear files are overwritten.
      loadSecrets(config.dataDir, protection);
    } catch (error) {
      takeBack();
      throw error;
    }
    told?.secretsKept();
    told?.notify.changed('settings');
  };

  return {
    cipher,
    sweep,
    service(listeners) {
      told = listeners;
      const { audit } = listeners;
      return {
        get,
        update({ encryptAll }, actor) {
          inTransaction(database, () => {
            writeSetting.run({ key: SETTING, value: encryptAll ? '1' : '0' });
            audit.write({ actor, action: 'protection.update', target: '', detail: { encryptAll } });
          });
          sealsAll = encryptAll;
          return reached();
        },
        rotate(actor) {
          if (config.dataKeys.length > 0)
            throw new VigieError('bad_request', { detail: 'VIGIE_DATA_KEY', reason: 'fixed_by_environment' });
          const before = inUse().id;
          const secrets = loadSecrets(config.dataDir, protection);
          const dataKeys = [makeDataKey(clock.now()), ...secrets.dataKeys];
          // On disk before the first text is sealed with it.
          saveSecrets(config.dataDir, { ...secrets, dataKeys }, protection);
          const next = keyRing([], dataKeys);
          inTransaction(database, () => {
            keys.use(next[0]?.id ?? '', clock.now());
            audit.write({ actor, action: 'key.rotate', target: next[0]?.id ?? '', detail: { from: before } });
          });
          ring = next;
          return reached();
        },
        setPassphrase: ({ passphrase, current }, actor) =>
          inTurn(async () => {
            if (protection.kind !== 'none') await refuseStranger(current);
            const action = protection.kind === 'none' ? 'secrets.passphrase' : 'secrets.passphrase_changed';
            await keepSecretsBy(passphrase);
            audit.write({ actor, action, target: '' });
            return get();
          }),
        removePassphrase: ({ current }, actor) =>
          inTurn(async () => {
            await refuseStranger(current);
            await keepSecretsBy(null);
            audit.write({ actor, action: 'secrets.passphrase_removed', target: '' });
            return get();
          }),
        export(actor) {
          const { id } = inUse();
          audit.write({ actor, action: 'key.export', target: id });
          return { id, dataKey: ring.map(writeDataKey).join(',') };
        },
      };
    },
  };
}
