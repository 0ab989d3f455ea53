import type { Capabilities, Line, LineAccount, ProviderName } from '../contract/lines.ts';
import { toIso } from '../core/days.ts';
import type { StoredLine } from '../storage/secrets.ts';
import type { LineAccounts } from './lineAccounts.ts';
import type { ConfiguredLine, KnownLine, LineOptions, Lines, OpenLine } from './lines.ts';

/** A secret at least this long may show how it ends. */
const SHOWN_FROM = 12;
const SHOWN = 4;
const NOTHING: Capabilities = {
  deliveryReports: false,
  readReports: false,
  reactions: false,
  lookupByReference: false,
  needsTemplate: false,
  signsWebhooks: false,
};
const NO_OPTIONS: Omit<LineOptions, 'absentPolicy' | 'disabled'> = {
  sendsPerMinute: null,
  gapMs: null,
  warmup: null,
  quietHours: null,
};
const WEBHOOK_PATHS: Record<ProviderName, (token: string) => string> = {
  wassenger: (token) => `/webhooks/wassenger/${token}`,
  simulator: (token) => `/webhooks/wassenger/${token}`,
  meta: () => '/webhooks/meta',
};

/** What a line is at its provider, without its secrets: of those only how they end (SND-12). */
export function toAccount(line: StoredLine): LineAccount {
  const secrets: [LineAccount['secrets'][number]['name'], string[]][] =
    line.provider === 'wassenger'
      ? [
          ['apiKey', [line.apiKey]],
          ['webhookSecrets', line.webhookSecrets],
        ]
      : [
          ['accessToken', [line.accessToken]],
          ['appSecrets', line.appSecrets],
          ['verifyToken', [line.verifyToken]],
        ];
  return {
    sender: senderOf(line),
    baseUrl: line.baseUrl,
    secrets: secrets.flatMap(([name, values]) => values.map((value) => ({ name, ending: endingOf(value) }))),
  };
}

/** What a line sends from, as its provider names it. */
export function senderOf(line: StoredLine): string {
  return line.provider === 'wassenger' ? line.deviceId : line.phoneNumberId;
}

function endingOf(secret: string): string {
  return secret.length < SHOWN_FROM ? '' : secret.slice(-SHOWN);
}

type ViewDependencies = {
  lines: Lines;
  accounts: LineAccounts;
  /** The client of an account: it knows what its provider can do. */
  open: OpenLine;
  now: () => number;
};

/** The lines as shown to the operator: those that work, those that wait for a restart, those whose keys are missing. */
export function createLineViews({ lines, accounts, open, now }: ViewDependencies): () => Line[] {
  return () => {
    const chosen = lines.byDefault()?.id ?? null;
    const configured = lines.all().map((line): Line => {
      const { disabled, absentPolicy: _absent, ...options } = lines.options(line.id);
      const use = disabled ? 'disabled' : 'active';
      return { ...view(line, now()), ...options, use, isDefault: line.id === chosen, state: lines.stateOf(line.id) };
    });
    const waiting = accounts.isDemo
      ? Object.entries(accounts.all()).map(([id, account]): Line => {
          const line = open(id, account, 'app');
          void line.close?.();
          return { ...view(line, now()), ...NO_OPTIONS, use: 'after_restart', isDefault: false, state: 'unknown' };
        })
      : lines
          .known()
          .filter(({ id, source, isArchived }) => source === 'app' && !isArchived && lines.find(id) === null)
          .map((line) => withoutKeys(line, lines.options(line.id)));
    return [...configured, ...waiting];
  };
}

function view(line: ConfiguredLine, now: number) {
  const { id, label, provider, webhookToken, formerTokens = [], source = 'environment', account = null } = line;
  const former = Math.max(0, ...formerTokens.map(({ until }) => until));
  return {
    ...{ id, label, source, account, provider: provider.name, capabilities: provider.capabilities },
    webhookPath: WEBHOOK_PATHS[provider.name](webhookToken),
    formerWebhookUntil: former > now ? toIso(former) : null,
  };
}

function withoutKeys({ id, label, provider, source }: KnownLine, options: LineOptions): Line {
  const { disabled: _disabled, absentPolicy: _absent, ...pace } = options;
  return {
    ...{ id, label, provider, source, account: null, capabilities: NOTHING, webhookPath: '' },
    ...pace,
    ...{ formerWebhookUntil: null, use: 'keys_missing', isDefault: false, state: 'unknown' },
  };
}
