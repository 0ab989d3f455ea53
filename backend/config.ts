import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { isTimeZone, locale, type Locale } from './contract/common.ts';
import { parseDataKey, type DataKey } from './storage/encryption/dataKeys.ts';

type Allowed = { fr: string; en: string };

/** A setting with a wrong value: the start stops and says which, and what is allowed. */
export class ConfigError extends Error {
  readonly setting: string;

  constructor(wrong: { setting: string; value: string }, allowed: Allowed, language: Locale) {
    const { setting, value } = wrong;
    const shown = /KEY|SECRET|TOKEN|PASSWORD|PASSPHRASE/.test(setting) ? '***' : value;
    super(
      language === 'en'
        ? `${setting}=${shown} is not valid: ${allowed.en}.`
        : `${setting}=${shown} n’est pas valable : ${allowed.fr}.`,
    );
    this.name = 'ConfigError';
    this.setting = setting;
  }
}

type Reader<Value> = { schema: z.ZodType<Value, string>; allowed: Allowed };

const integer = (lowest: number, highest: number): Reader<number> => ({
  schema: z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(lowest).max(highest)),
  allowed: { fr: `un nombre entier de ${lowest} à ${highest}`, en: `a whole number from ${lowest} to ${highest}` },
});
const text: Reader<string> = { schema: z.string().regex(/[^\s,]/), allowed: { fr: 'un texte', en: 'a text' } };
const MIN_SECRET_BYTES = 32;
const secret: Reader<string> = {
  schema: z.string().refine((value) => Buffer.byteLength(value) >= MIN_SECRET_BYTES),
  allowed: { fr: `au moins ${MIN_SECRET_BYTES} octets`, en: `at least ${MIN_SECRET_BYTES} bytes` },
};
const dataKeys: Reader<DataKey[]> = {
  schema: z
    .string()
    .transform((list) => list.split(',').map((key) => parseDataKey(key.trim())))
    .refine((keys) => keys.every((key) => key !== null))
    .transform((keys) => keys.filter((key) => key !== null)),
  allowed: {
    fr: 'une clé de 32 octets en base64, ou plusieurs séparées par des virgules, la plus récente d’abord',
    en: 'a key of 32 bytes in base64, or several with commas between them, the newest first',
  },
};
const MIN_PASSPHRASE = 12;
const passphrase: Reader<string> = {
  schema: z.string().min(MIN_PASSPHRASE),
  allowed: { fr: `au moins ${MIN_PASSPHRASE} caractères`, en: `at least ${MIN_PASSPHRASE} characters` },
};
const httpUrl: Reader<string> = {
  schema: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  allowed: { fr: 'une adresse http(s)', en: 'an http(s) address' },
};
const MAX_GAP_MS = 3_600_000;
const gap: Reader<{ min: number; max: number }> = {
  schema: z
    .string()
    .regex(/^\d+-\d+$/)
    .transform((range) => {
      const [min = 0, max = 0] = range.split('-').map(Number);
      return { min, max };
    })
    .refine(({ min, max }) => min <= max && max <= MAX_GAP_MS),
  allowed: {
    fr: 'deux nombres de millisecondes, par exemple 500-2500',
    en: 'two numbers of milliseconds, such as 500-2500',
  },
};
const timeZone: Reader<string> = {
  schema: z.string().refine(isTimeZone),
  allowed: { fr: 'un fuseau horaire, par exemple Europe/Paris', en: 'a time zone, such as Europe/Paris' },
};
const country: Reader<string> = {
  schema: z
    .string()
    .regex(/^[A-Za-z]{2}$/)
    .transform((code) => code.toUpperCase()),
  allowed: { fr: 'un code de pays à deux lettres, par exemple FR', en: 'a two-letter country code, such as FR' },
};
const oneOf = (values: readonly [string, ...string[]]): Reader<string> => ({
  schema: z.enum(values),
  allowed: { fr: `l’une des valeurs ${values.join(', ')}`, en: `one of ${values.join(', ')}` },
});

const redisUrl: Reader<string> = {
  schema: z.url({ protocol: /^rediss?$/ }),
  allowed: { fr: 'une adresse telle que redis://hôte:6379', en: 'an address such as redis://host:6379' },
};

/** Settings that the operator may also save in the application. */
export type SavedSettings = Partial<{
  locale: Locale;
  timeZone: string;
  defaultCountry: string;
  dailyLimit: number;
  rollingLimit: number;
  sendsPerMinute: number;
  countReactions: boolean;
  countStickers: boolean;
  stopWords: string[];
}>;

/** From the command line; they win over everything. */
export type Flags = { dataDir?: string; port?: string; webhookPort?: string; demo?: boolean };

export type WassengerConfig = {
  apiKey: string;
  deviceId: string;
  baseUrl: string;
  webhookSecrets: string[];
  webhookToken: string | null;
};
export type MetaConfig = {
  accessToken: string;
  phoneNumberId: string;
  appSecrets: string[];
  verifyToken: string;
  baseUrl: string;
};

/** The Supabase project whose relay keeps webhooks for this machine (WHK-7). */
export type RelayConfig = { url: string; key: string };

export type Config = ReturnType<typeof loadConfig>;

/** `LC_ALL`-free guess: the zone of the machine. */
const systemTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Language of what is said before the settings are known, or because they cannot be. */
export function firstLanguage(environment: Record<string, string | undefined> = process.env): Locale {
  return environment['VIGIE_LOCALE'] === 'en' ? 'en' : 'fr';
}

/**
 * All settings, checked once and frozen: flag, else environment, else default. What the operator saved in the
 * application lies between the last two and is laid over by `Preferences`.
 * @throws ConfigError for the first wrong value
 */
export function loadConfig(flags: Flags = {}, environment: Record<string, string | undefined> = process.env) {
  const language = firstLanguage(environment);
  const read = <Value>(name: string, reader: Reader<Value>, flag?: string): Value | null => {
    const value = flag ?? environment[name];
    if (value === undefined || value === '') return null;
    const parsed = reader.schema.safeParse(value);
    if (!parsed.success) throw new ConfigError({ setting: name, value }, reader.allowed, language);
    return parsed.data;
  };
  const required = (name: string, because: string): string => {
    const value = read(name, text);
    if (value !== null) return value;
    const allowed = { fr: `obligatoire avec ${because}`, en: `required together with ${because}` };
    throw new ConfigError({ setting: name, value: '' }, allowed, language);
  };
  const list = (name: string): string[] => parts(read(name, text) ?? '');

  const wassengerKey = read('WASSENGER_API_KEY', text);
  const wassenger: WassengerConfig | null =
    wassengerKey === null
      ? null
      : {
          apiKey: wassengerKey,
          deviceId: required('WASSENGER_DEVICE_ID', 'WASSENGER_API_KEY'),
          baseUrl: read('WASSENGER_BASE_URL', httpUrl) ?? 'https://api.wassenger.com/v1',
          webhookSecrets: list('WASSENGER_WEBHOOK_SECRET'),
          webhookToken: read('WASSENGER_WEBHOOK_TOKEN', text),
        };
  const metaToken = read('META_ACCESS_TOKEN', text);
  const meta: MetaConfig | null =
    metaToken === null
      ? null
      : {
          accessToken: metaToken,
          phoneNumberId: required('META_PHONE_NUMBER_ID', 'META_ACCESS_TOKEN'),
          appSecrets: parts(required('META_APP_SECRET', 'META_ACCESS_TOKEN')),
          verifyToken: required('META_VERIFY_TOKEN', 'META_ACCESS_TOKEN'),
          baseUrl: read('META_BASE_URL', httpUrl) ?? 'https://graph.facebook.com/v24.0',
        };
  const ownRelay = read('VIGIE_RELAY_URL', httpUrl);
  const relayUrl = ownRelay ?? read('SUPABASE_URL', httpUrl);
  const relayKey = read('VIGIE_RELAY_KEY', text) ?? read('SUPABASE_SERVICE_ROLE_KEY', text);
  if (ownRelay !== null && relayKey === null) required('VIGIE_RELAY_KEY', 'VIGIE_RELAY_URL');
  const relay: RelayConfig | null = relayUrl === null || relayKey === null ? null : { url: relayUrl, key: relayKey };
  const supabaseUrl = read('SUPABASE_URL', httpUrl);
  const supabaseKey = read('SUPABASE_SERVICE_ROLE_KEY', text);
  // The relay can have an address or a key of its own; without one of them half of the two is a mistake.
  if (supabaseKey !== null && supabaseUrl === null && ownRelay === null)
    required('SUPABASE_URL', 'SUPABASE_SERVICE_ROLE_KEY');
  if (supabaseUrl !== null && supabaseKey === null && relayKey === null)
    required('SUPABASE_SERVICE_ROLE_KEY', 'SUPABASE_URL');
  const sharedWork = read('VIGIE_SHARED_WORK', oneOf(['0', '1'])) === '1';
  if (sharedWork && read('REDIS_URL', redisUrl) === null) required('REDIS_URL', 'VIGIE_SHARED_WORK=1');
  return Object.freeze({
    dataDir: path.resolve(flags.dataDir ?? read('VIGIE_DATA_DIR', text) ?? defaultDataDir(environment)),
    adminHost: read('VIGIE_ADMIN_HOST', text) ?? '127.0.0.1',
    adminPort: read('VIGIE_ADMIN_PORT', integer(0, 65_535), flags.port) ?? 4780,
    webhookHost: read('VIGIE_WEBHOOK_HOST', text) ?? '127.0.0.1',
    webhookPort: read('VIGIE_WEBHOOK_PORT', integer(0, 65_535), flags.webhookPort) ?? 4781,
    adminPassword: read('VIGIE_ADMIN_PASSWORD', text),
    jwtSecret: read('VIGIE_JWT_SECRET', secret),
    /** Keys of the texts of messages (SEC-3), the one in use first; none: the folder keeps its own. */
    dataKeys: read('VIGIE_DATA_KEY', dataKeys) ?? [],
    /** Opens and protects the secrets of the folder (DSK-6). */
    passphrase: read('VIGIE_PASSPHRASE', passphrase),
    logLevel: read('VIGIE_LOG_LEVEL', oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent'])) ?? 'info',
    sendGapMs: read('VIGIE_SEND_GAP_MS', gap) ?? { min: 500, max: 2500 },
    retryBaseMs: read('VIGIE_RETRY_BASE_MS', integer(1, 86_400_000)) ?? 300_000,
    maxAttempts: read('VIGIE_MAX_ATTEMPTS', integer(1, 20)) ?? 3,
    /** Requests under way at once on one line; their starts are spaced by the pace. */
    sendsAtOnce: read('VIGIE_SENDS_AT_ONCE', integer(1, 100)) ?? 4,
    sendTimeoutMs: read('VIGIE_SEND_TIMEOUT_MS', integer(100, 600_000)) ?? 15_000,
    /** How far apart two look-ups must agree that a message is not there (SND-6). */
    settlingMs: read('VIGIE_SETTLING_MS', integer(100, 86_400_000)) ?? 120_000,
    /** Given by the environment: what is saved in the application does not count then. */
    fixed: Object.freeze({
      locale: read('VIGIE_LOCALE', { schema: locale, allowed: oneOf(['fr', 'en']).allowed }),
      timeZone: environment['VIGIE_TIME_ZONE'] === 'system' ? null : read('VIGIE_TIME_ZONE', timeZone),
      defaultCountry: read('VIGIE_DEFAULT_COUNTRY', country),
      dailyLimit: read('VIGIE_DAILY_LIMIT', integer(1, 100_000)),
      rollingLimit: read('VIGIE_ROLLING_LIMIT', integer(1, 1_000_000)),
      sendsPerMinute: read('VIGIE_SENDS_PER_MINUTE', integer(1, 60_000)),
    }),
    defaults: Object.freeze({
      locale: 'fr',
      timeZone: systemTimeZone(),
      defaultCountry: 'FR',
      dailyLimit: 180,
      rollingLimit: 1000,
      sendsPerMinute: 20,
    }),
    redisUrl: read('REDIS_URL', redisUrl),
    /** Hosts on one Redis make each other's requests. */
    sharedWork,
    /** Where everything is copied to (SYN-1). */
    supabase: supabaseUrl === null || supabaseKey === null ? null : { url: supabaseUrl, serviceRoleKey: supabaseKey },
    relay,
    wassenger,
    meta,
    demo: wassenger === null && meta === null && (flags.demo ?? true),
  });
}

/** Several values with commas between them, as while a secret is replaced. */
function parts(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The platform's folder for application data. */
function defaultDataDir(environment: Record<string, string | undefined>): string {
  switch (process.platform) {
    case 'win32':
      return path.join(environment['APPDATA'] ?? path.join(homedir(), 'AppData', 'Roaming'), 'Vigie');
    case 'darwin':
      return path.join(homedir(), 'Library', 'Application Support', 'Vigie');
    default:
      return path.join(environment['XDG_DATA_HOME'] ?? path.join(homedir(), '.local', 'share'), 'vigie');
  }
}
