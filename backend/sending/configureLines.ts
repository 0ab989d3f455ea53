import type { Config } from '../config.ts';
import type { Clock } from '../core/clock.ts';
import type { ConfiguredLine } from './lines.ts';
import { createMetaProvider } from './providers/meta/client.ts';
import { createWassengerProvider } from './providers/wassenger/client.ts';

/** A line whose client holds connections open. */
export type ClosableLine = ConfiguredLine & { close(): Promise<void> };

/** The lines that the settings name; the first is the default one. */
export function configureLines(parts: {
  config: Config;
  clock: Clock;
  /** When a phone last wrote to a line: Meta takes free text only within 24 hours of that. */
  lastIncomingAt: (lineId: string, phone: string) => number | null;
  /** What the answers of real providers say about the time; the built-in simulator has our own clock. */
  seenDate: (at: number) => void;
  secrets: { webhookToken: string };
  /** The built-in simulator, when it is the provider. */
  demo: { url: string; deviceId: string } | null;
}): ClosableLine[] {
  const { config, clock, lastIncomingAt, seenDate, secrets, demo } = parts;
  const timeoutMs = config.sendTimeoutMs;
  const lines: ClosableLine[] = [];
  if (config.wassenger !== null) {
    const { webhookToken, ...options } = config.wassenger;
    const provider = createWassengerProvider({ ...options, timeoutMs, clock, seenDate });
    lines.push({
      ...{ id: 'wassenger', label: 'Wassenger', provider, webhookToken: webhookToken ?? secrets.webhookToken },
      close: () => provider.close(),
    });
  }
  if (config.meta !== null) {
    const { verifyToken, ...options } = config.meta;
    const provider = createMetaProvider({
      ...options,
      timeoutMs,
      clock,
      seenDate,
      lastIncomingAt: (phone: string) => lastIncomingAt('meta', phone),
    });
    lines.push({
      ...{ id: 'meta', label: 'WhatsApp Cloud API', provider, webhookToken: verifyToken },
      close: () => provider.close(),
    });
  }
  if (demo !== null) {
    const provider = createWassengerProvider({
      ...{ name: 'simulator', apiKey: 'demo', deviceId: demo.deviceId, baseUrl: demo.url },
      ...{ webhookSecrets: [], timeoutMs, clock },
    });
    lines.push({
      ...{ id: 'simulator', label: 'Démonstration', provider, webhookToken: secrets.webhookToken },
      close: () => provider.close(),
    });
  }
  return lines;
}
