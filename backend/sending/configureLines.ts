import type { Config } from '../config.ts';
import type { Clock } from '../core/clock.ts';
import type { StoredLine } from '../storage/secrets.ts';
import type { LineAccounts } from './lineAccounts.ts';
import type { ConfiguredLine, OpenLine } from './lines.ts';
import { senderOf, toAccount } from './lineViews.ts';
import { createMetaProvider } from './providers/meta/client.ts';
import { createWassengerProvider } from './providers/wassenger/client.ts';

type OpenDependencies = {
  clock: Clock;
  timeoutMs: number;
  /** When a phone last wrote to a line: Meta takes free text only within 24 hours of that. */
  lastIncomingAt: (lineId: string, phone: string) => number | null;
  /** What the answers of real providers say about the time; the built-in simulator has our own clock. */
  seenDate: (at: number) => void;
  /** The lines that work now: an account's webhook brings the events of its other devices too. */
  lines: () => readonly ConfiguredLine[];
};

export function createLineOpener({ lastIncomingAt, lines, ...common }: OpenDependencies): OpenLine {
  const otherDevices = (id: string): string[] =>
    lines().flatMap((line) => (line.id !== id && line.account !== undefined ? [line.account.sender] : []));
  const connect = (id: string, account: StoredLine) =>
    account.provider === 'wassenger'
      ? createWassengerProvider({ ...common, ...account, otherDevices: () => otherDevices(id) })
      : createMetaProvider({ ...common, ...account, lastIncomingAt: (phone) => lastIncomingAt(id, phone) });
  return (id, account, source) => {
    const provider = connect(id, account);
    return {
      ...{ id, label: account.label, provider, source, account: toAccount(account) },
      commonKey: account.provider === 'wassenger' ? account.apiKey : account.accessToken,
      ...(account.provider === 'wassenger'
        ? { webhookToken: account.webhookToken, formerTokens: account.formerTokens }
        : { webhookToken: account.verifyToken }),
      close: () => provider.close(),
      retire: () => provider.retire(),
    };
  };
}

/** The lines of a start: those of the environment, those set in the application, else the simulator of the demo. */
export function configureLines(parts: {
  config: Config;
  clock: Clock;
  open: OpenLine;
  accounts: LineAccounts;
  secrets: { webhookToken: string };
  /** The built-in simulator, when it is the provider. */
  demo: { url: string; deviceId: string } | null;
}): ConfiguredLine[] {
  const { config, clock, open, accounts, secrets, demo } = parts;
  const fixed = Object.entries(environmentAccounts(config, secrets.webhookToken)).map(([id, account]) => {
    const line = open(id, account, 'environment');
    // Its secrets are none of the application's business.
    return { ...line, account: { sender: senderOf(account), baseUrl: account.baseUrl, secrets: [] } };
  });
  if (demo !== null) return [...fixed, openSimulator(demo, { config, clock, webhookToken: secrets.webhookToken })];
  const own = accounts.isDemo ? [] : Object.entries(accounts.all());
  return [...fixed, ...own.map(([id, account]) => open(id, account, 'app'))];
}

function environmentAccounts({ wassenger, meta }: Config, webhookToken: string): Record<string, StoredLine> {
  return {
    ...(wassenger !== null && {
      wassenger: {
        ...{ provider: 'wassenger', label: 'Wassenger', deliveryReports: true, formerTokens: [] },
        ...{ ...wassenger, webhookToken: wassenger.webhookToken ?? webhookToken },
      },
    }),
    ...(meta !== null && { meta: { provider: 'meta', label: 'WhatsApp Cloud API', ...meta } }),
  };
}

function openSimulator(
  demo: { url: string; deviceId: string },
  { config, clock, webhookToken }: { config: Config; clock: Clock; webhookToken: string },
): ConfiguredLine {
  const provider = createWassengerProvider({
    ...{ name: 'simulator', apiKey: 'demo', deviceId: demo.deviceId, baseUrl: demo.url },
    ...{ webhookSecrets: [], timeoutMs: config.sendTimeoutMs, clock },
  });
  return {
    ...{ id: 'simulator', label: 'Démonstration', provider, webhookToken, source: 'demo' },
    close: () => provider.close(),
  };
}
