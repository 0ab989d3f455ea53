import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createLogger } from '../core/logger.ts';
import { DEMO_MEMORY, demoRules } from './demo/demoRules.ts';
import type { RulesPatch } from './rules.ts';
import { createSimulator } from './simulator.ts';

const USAGE = `Usage: node backend/simulator/main.ts [--port N] [--seed N] [--webhook-url URL] [--webhook-secret TEXT]
       [--token TEXT] [--device ID] [--rules demo|FILE.json|JSON]

Prints "simulator URL" once it answers; give that URL as WASSENGER_BASE_URL.
`;

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}"`);
  return Number(text);
}

function rulesFrom(text: string | undefined): RulesPatch {
  if (text === undefined) return {};
  if (text === 'demo') return demoRules;
  return JSON.parse(text.startsWith('{') ? text : readFileSync(text, 'utf8')) as RulesPatch;
}

function fromArguments(): ReturnType<typeof createSimulator> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      seed: { type: 'string' },
      'webhook-url': { type: 'string' },
      'webhook-secret': { type: 'string' },
      token: { type: 'string' },
      device: { type: 'string' },
      rules: { type: 'string' },
    },
  });
  const port = wholeNumber('port', values.port);
  const seed = wholeNumber('seed', values.seed);
  return createSimulator({
    logger: createLogger('info'),
    rules: rulesFrom(values.rules),
    ...(port === undefined ? {} : { port }),
    ...(seed === undefined ? {} : { seed }),
    ...(values['webhook-url'] === undefined ? {} : { webhookUrl: values['webhook-url'] }),
    ...(values['webhook-secret'] === undefined ? {} : { webhookSecret: values['webhook-secret'] }),
    ...(values.token === undefined ? {} : { token: values.token }),
    ...(values.device === undefined ? {} : { device: { id: values.device } }),
    ...(values.rules === 'demo' ? { memory: DEMO_MEMORY } : {}),
  });
}

async function run(): Promise<void> {
  let simulator;
  try {
    simulator = fromArguments();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const { url } = await simulator.start();
  process.stdout.write(`simulator ${url}\ndevice ${simulator.device.id}\nseed ${simulator.seed}\n`);
  const stop = (): void => {
    void simulator.stop();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

await run();
