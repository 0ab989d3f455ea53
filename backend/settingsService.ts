import type { Config } from './config.ts';
import { VigieError } from './contract/errors.ts';
import type { Settings, SettingsPatch } from './contract/workspace.ts';
import type { Notify } from './monitoring/notify.ts';
import type { Preferences } from './preferences.ts';
import type { Services } from './services.ts';
import type { Audit } from './storage/audit.ts';

type SettingsDependencies = {
  config: Config;
  preferences: Preferences;
  lines: Pick<Services['lines'], 'list'>;
  audit: Audit;
  notify: Notify;
  version: string;
  addresses: () => { admin: string | null; webhooks: string | null };
  /** Limits or pace changed: something may be allowed to leave now. */
  wake: () => void;
};

/** Settings as shown and changed by the operator; no secret is among them. */
export function createSettingsService(deps: SettingsDependencies): Services['settings'] {
  const { config, preferences, lines, audit, notify } = deps;

  const get = (): Settings => {
    const addresses = deps.addresses();
    return {
      version: deps.version,
      demo: config.demo,
      ...preferences.values,
      sendGapMs: config.sendGapMs,
      retryBaseMs: config.retryBaseMs,
      maxAttempts: config.maxAttempts,
      sendTimeoutMs: config.sendTimeoutMs,
      dataDir: config.dataDir,
      adminAddress: addresses.admin,
      webhookAddress: addresses.webhooks,
      lines: lines.list(),
    };
  };

  /** A value that the environment gives cannot be changed here: saying so beats saving what has no effect. */
  const refuseFixed = (patch: SettingsPatch): void => {
    const fixed = Object.keys(patch).filter((key) => (config.fixed as Record<string, unknown>)[key] != null);
    if (fixed.length > 0)
      throw new VigieError('bad_request', { detail: fixed.join(', '), reason: 'fixed_by_environment' });
  };

  return {
    get,
    update(patch, actor) {
      refuseFixed(patch);
      preferences.save(patch);
      audit.write({ actor, action: 'settings.update', target: Object.keys(patch).join(',') });
      notify.changed('settings');
      deps.wake();
      return get();
    },
  };
}
