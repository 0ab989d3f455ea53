import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

describe('settings', () => {
  it('have the defaults of the documentation', () => {
    const config = loadConfig({}, {});
    expect(config).toMatchObject({
      ...{ adminHost: '127.0.0.1', adminPort: 4780, webhookHost: '127.0.0.1', webhookPort: 4781, demo: true },
      ...{
        sendGapMs: { min: 500, max: 2500 },
        retryBaseMs: 300_000,
        maxAttempts: 3,
        sendsAtOnce: 4,
        sendTimeoutMs: 15_000,
      },
      ...{ logLevel: 'info', wassenger: null, meta: null },
    });
    expect(config.defaults).toMatchObject({
      ...{ dailyLimit: 180, rollingLimit: 1000, sendsPerMinute: 20, locale: 'fr', defaultCountry: 'FR' },
    });
  });

  it('share the work only where it is asked for, and with a Redis to share it through (SYN-5)', () => {
    const redis = { REDIS_URL: 'redis://localhost:6379' };
    expect(loadConfig({}, redis).sharedWork).toBe(false);
    expect(loadConfig({}, { ...redis, VIGIE_SHARED_WORK: '1' }).sharedWork).toBe(true);
    const load = (locale: string) => () => loadConfig({}, { VIGIE_SHARED_WORK: '1', VIGIE_LOCALE: locale });
    expect(load('en')).toThrow('REDIS_URL= is not valid: required together with VIGIE_SHARED_WORK=1.');
    expect(load('fr')).toThrow('REDIS_URL= n’est pas valable : obligatoire avec VIGIE_SHARED_WORK=1.');
  });

  it('take several secrets with commas, whatever stands around them; none at all is a wrong value (WHK-3)', () => {
    const meta = { META_ACCESS_TOKEN: 't', META_PHONE_NUMBER_ID: '1', META_VERIFY_TOKEN: 'v' };
    expect(loadConfig({}, { ...meta, META_APP_SECRET: 'new, old,' }).meta?.appSecrets).toEqual(['new', 'old']);
    for (const blank of [',', ' ', ' , '])
      expect(() => loadConfig({}, { ...meta, META_APP_SECRET: blank })).toThrow('META_APP_SECRET');
    const line = { WASSENGER_API_KEY: 'k', WASSENGER_DEVICE_ID: 'd', WASSENGER_WEBHOOK_SECRET: ' new,old ' };
    expect(loadConfig({}, line).wassenger?.webhookSecrets).toEqual(['new', 'old']);
  });

  it('come from a flag before the environment', () => {
    const environment = { VIGIE_ADMIN_PORT: '5000', VIGIE_DATA_DIR: '/tmp/environment' };
    expect(loadConfig({ port: '6000', dataDir: '/tmp/flag' }, environment)).toMatchObject({
      ...{ adminPort: 6000, dataDir: '/tmp/flag' },
    });
    expect(loadConfig({}, environment)).toMatchObject({ adminPort: 5000, dataDir: '/tmp/environment' });
  });

  it.each([
    ['VIGIE_DAILY_LIMIT', '0', '1'],
    ['VIGIE_DAILY_LIMIT', 'many', '100000'],
    ['VIGIE_ADMIN_PORT', '70000', '65535'],
    ['VIGIE_SEND_GAP_MS', '2500-500', '500-2500'],
    ['VIGIE_TIME_ZONE', 'Mars/Olympus', 'Europe/Paris'],
    ['VIGIE_DEFAULT_COUNTRY', 'France', 'FR'],
    ['VIGIE_LOG_LEVEL', 'loud', 'debug'],
  ])('stop the start when %s is %s, and say what is allowed', (name, value, allowed) => {
    const load = (): unknown => loadConfig({}, { [name]: value });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(new RegExp(`${name}=${value}.*${allowed}`));
  });

  it('take the relay from its own project, else from that of Supabase, and only with a key (WHK-7)', () => {
    const supabase = { SUPABASE_URL: 'https://a.supabase.co/', SUPABASE_SERVICE_ROLE_KEY: 'key-a' };
    const own = { VIGIE_RELAY_URL: 'https://b.supabase.co', VIGIE_RELAY_KEY: 'key-b' };
    expect(loadConfig({}, {}).relay).toBeNull();
    expect(() => loadConfig({}, { SUPABASE_URL: supabase.SUPABASE_URL })).toThrow('SUPABASE_SERVICE_ROLE_KEY');
    expect(loadConfig({}, supabase).relay).toEqual({ url: 'https://a.supabase.co', key: 'key-a' });
    expect(loadConfig({}, { ...supabase, ...own }).relay).toEqual({ url: 'https://b.supabase.co', key: 'key-b' });
    expect(() => loadConfig({}, { VIGIE_RELAY_URL: own.VIGIE_RELAY_URL })).toThrow('VIGIE_RELAY_KEY');
    expect(() => loadConfig({}, { ...own, VIGIE_RELAY_URL: 'relay' })).toThrow(/VIGIE_RELAY_URL=relay.*http/);
  });

  it('never show a secret in an error', () => {
    const load = (): unknown => loadConfig({}, { WASSENGER_API_KEY: 'secret-key' });
    expect(load).toThrow(/WASSENGER_DEVICE_ID/);
    expect(load).not.toThrow(/secret-key/);
  });

  it('turn the demo off as soon as a line is configured', () => {
    expect(loadConfig({}, { WASSENGER_API_KEY: 'k', WASSENGER_DEVICE_ID: 'd' })).toMatchObject({
      ...{ demo: false, wassenger: { baseUrl: 'https://api.wassenger.com/v1', webhookSecrets: [] } },
    });
    expect(loadConfig({ demo: false }, {}).demo).toBe(false);
  });
});
