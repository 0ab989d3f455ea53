import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, it } from 'vitest';
import { capture } from './processes.mjs';

const HELPERS = path.join(import.meta.dirname, 'processes.mjs');
/** Says that it is ready, ends with code 0 on the first signal, and says which one that was. */
const POLITE = `
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => { console.log(signal); process.exit(0); });
  setTimeout(() => {}, 60_000);
  console.log('ready');`;

it.each(['SIGTERM', 'SIGINT'] as const)(
  'passes %s on, waits, and ends with the code of what it ran',
  async (signal) => {
    const script = `
    import { handOver } from ${JSON.stringify(HELPERS)};
    process.exitCode = await handOver(process.execPath, ['--eval', ${JSON.stringify(POLITE)}]);`;
    const child = spawn(process.execPath, ['--input-type', 'module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said === 'ready\n') child.kill(signal);
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(said).toBe(`ready\n${signal}\n`);
  },
);

it('keeps what a program says, on both streams', async () => {
  const program = "console.log('out'); console.error('err'); process.exitCode = 3;";
  const { code, output } = await capture(process.execPath, ['--eval', program]);
  expect(code).toBe(3);
  expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
});

it('names a program that is not there', async () => {
  const { code, output } = await capture('/no/such/program', []);
  expect(code).toBe(127);
  expect(output).toContain('/no/such/program');
});
