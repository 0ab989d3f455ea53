import { parseArgs } from 'node:util';
import { compose, type Application } from './compose.ts';
import { ConfigError, loadConfig, type Flags } from './config.ts';
import { VigieError } from './contract/errors.ts';
import { askOnce } from './cli/passphrase.ts';
import { errorSentence } from './contract/messages/sentence.ts';

/** Flags of the headless host, as `parseArgs` takes them. */
export const SERVE_OPTIONS = {
  port: { type: 'string' },
  'webhook-port': { type: 'string' },
  'data-dir': { type: 'string' },
  'no-demo': { type: 'boolean' },
  /** Taken for `npm start -- --web`; this host is always headless. */
  web: { type: 'boolean' },
} as const;

/** Flags from a command line. @throws TypeError naming the wrong one */
export function readFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({ args: [...args], options: SERVE_OPTIONS });
  const { port, 'webhook-port': webhookPort, 'data-dir': dataDir, 'no-demo': noDemo } = values;
  return {
    ...(port !== undefined && { port }),
    ...(webhookPort !== undefined && { webhookPort }),
    ...(dataDir !== undefined && { dataDir }),
    ...(noDemo === true && { demo: false }),
  };
}

/**
 * The headless host: serves until the process is asked to end. Prints its two addresses, one line each, once it answers.
 * @returns the exit code: 0 stopped, 1 could not start, 2 wrong settings
 */
export async function serve(flags: Flags): Promise<number> {
  const asked = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      asked.resolve();
    });
  }
  let given = flags;
  let printed = '';
  const ask = askOnce();
  try {
    for (;;) {
      const anew = Promise.withResolvers<'anew'>();
      const restart = (): void => {
        anew.resolve('anew');
      };
      const application = await compose({ config: loadConfig(given), restart, askPassphrase: ask });
      await application.start();
      const frozen = application.frozenBy();
      if (frozen !== null) process.stderr.write(`${describe(frozen)}\n`);
      const addresses = application.addresses();
      const lines = `admin ${addresses.admin ?? '-'}\nwebhooks ${addresses.webhooks ?? '-'}\n`;
      if (lines !== printed) process.stdout.write(lines);
      printed = lines;
      const next = await Promise.race([asked.promise, anew.promise]);
      await application.stop();
      if (next !== 'anew') return 0;
      // Whoever is connected finds the same ports again.
      given = { ...flags, ...portsOf(addresses) };
    }
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

function portsOf({ admin, webhooks }: ReturnType<Application['addresses']>): Flags {
  return {
    ...(admin !== null && { port: new URL(admin).port }),
    ...(webhooks !== null && { webhookPort: new URL(webhooks).port }),
  };
}

function describe(error: unknown): string {
  if (error instanceof VigieError) return errorSentence(loadConfig().fixed.locale ?? 'fr', error);
  return error instanceof Error ? error.message : String(error);
}
