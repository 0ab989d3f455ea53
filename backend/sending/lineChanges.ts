import { randomBytes } from 'node:crypto';
import { VigieError } from '../contract/errors.ts';
import type { AccountPatch, LineInput, LinePatch, SecretList } from '../contract/lines.ts';
import { META_URL, WASSENGER_URL } from '../contract/lines.ts';
import { HOUR_MS } from '../core/days.ts';
import type { StoredLine } from '../storage/secrets.ts';
import type { LineOptions } from './lines.ts';

type WassengerLine = Extract<StoredLine, { provider: 'wassenger' }>;
type MetaLine = Extract<StoredLine, { provider: 'meta' }>;

const TOKEN_BYTES = 24;
const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** A line as it is kept, with a webhook address of its own. */
export function toStored(input: LineInput): StoredLine {
  return input.provider === 'meta' ? input : { ...input, webhookToken: newToken(), formerTokens: [] };
}

/** An id that a person can read and type; no other line has or had it. */
export function newLineId(label: string): string {
  const readable = label
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 32);
  return `${readable || 'line'}-${randomBytes(3).toString('hex')}`;
}

/** The same line with another webhook address; the former one is taken for some hours more. */
export function renewWebhook(line: StoredLine, keepFormerHours: number, now: number): StoredLine {
  if (line.provider === 'meta') throw new VigieError('not_on_this_line', { feature: 'renewWebhook' });
  const { webhookToken: token, formerTokens } = line;
  const former = [...formerTokens, { token, until: now + keepFormerHours * HOUR_MS }];
  return { ...line, webhookToken: newToken(), formerTokens: former.filter(({ until }) => until > now) };
}

/**
 * A line with what a patch names changed.
 * @param present null where its keys are missing: then the patch has to name them all
 * @throws VigieError `bad_request` for what the provider does not know, `line_keys_missing` with their names
 */
export function changeAccount(
  { provider, label }: Pick<StoredLine, 'provider' | 'label'>,
  present: StoredLine | null,
  patch: AccountPatch,
): StoredLine {
  const { deviceId, apiKey, webhookSecrets, deliveryReports, ...rest } = patch;
  const { phoneNumberId, accessToken, appSecrets, verifyToken, baseUrl } = rest;
  const [own, foreign] =
    provider === 'wassenger'
      ? [
          { deviceId, apiKey },
          { phoneNumberId, accessToken, appSecrets, verifyToken },
        ]
      : [
          { phoneNumberId, accessToken, verifyToken, appSecrets },
          { deviceId, apiKey, webhookSecrets, deliveryReports },
        ];
  const wrong = namesOf(foreign);
  if (wrong.length > 0) throw new VigieError('bad_request', { detail: wrong.join(', ') });
  const missing = present === null ? Object.keys(own).filter((name) => !namesOf(own).includes(name)) : [];
  if (missing.length > 0) throw new VigieError('line_keys_missing', { line: label, fields: missing });

  if (provider === 'wassenger') {
    const before = present as WassengerLine | null;
    return {
      ...{
        provider,
        label,
        webhookToken: before?.webhookToken ?? newToken(),
        formerTokens: before?.formerTokens ?? [],
      },
      deviceId: deviceId ?? before?.deviceId ?? '',
      apiKey: apiKey ?? before?.apiKey ?? '',
      webhookSecrets: secretsOf(webhookSecrets, before?.webhookSecrets ?? []),
      deliveryReports: deliveryReports ?? before?.deliveryReports ?? true,
      baseUrl: baseUrl ?? before?.baseUrl ?? WASSENGER_URL,
    };
  }
  const before = present as MetaLine | null;
  return {
    ...{ provider, label },
    phoneNumberId: phoneNumberId ?? before?.phoneNumberId ?? '',
    accessToken: accessToken ?? before?.accessToken ?? '',
    appSecrets: secretsOf(appSecrets, before?.appSecrets ?? []),
    verifyToken: verifyToken ?? before?.verifyToken ?? '',
    baseUrl: baseUrl ?? before?.baseUrl ?? META_URL,
  };
}

function namesOf(fields: object): string[] {
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

function secretsOf(wanted: SecretList | undefined, present: readonly string[]): string[] {
  if (wanted === undefined) return [...present];
  return wanted.map((secret) => {
    if (typeof secret === 'string') return secret;
    const kept = present[secret.keep];
    if (kept === undefined) throw new VigieError('bad_request', { detail: `keep: ${secret.keep}` });
    return kept;
  });
}

/** What a patch says of how a line sends; a warm-up with other steps goes on where it stands. */
export function paceOf(patch: LinePatch, present: LineOptions): Partial<LineOptions> {
  const { sendsPerMinute, gapMs, warmupSteps, quietHours } = patch;
  const startedDay = present.warmup?.startedDay ?? null;
  return {
    ...(sendsPerMinute !== undefined && { sendsPerMinute }),
    ...(gapMs !== undefined && { gapMs }),
    ...(warmupSteps !== undefined && { warmup: warmupSteps && { steps: warmupSteps, startedDay } }),
    ...(quietHours !== undefined && { quietHours }),
  };
}
