import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { DEVICE, eventually, phone, startReceiver } from '../../tests/support/simulatorBench.ts';

type Run = { child: ChildProcessWithoutNullStreams; stdout(): string; stderr(): string };

function run(...args: string[]): Run {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url)), ...args]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, stdout: () => stdout, stderr: () => stderr };
}

test('runs as a process of its own: prints its address, answers, calls the webhook back, stops cleanly', async () => {
  const receiver = await startReceiver();
  const rules = JSON.stringify({ phones: { [phone(1)]: { answers: [{ text: 'Oui' }] } } });
  const { child, stdout } = run('--seed', '7', '--webhook-url', receiver.url, '--rules', rules, '--token', 'key');
  await eventually(stdout).toMatch(/seed 7\n/);
  const url = /^simulator (http:\/\/127\.0\.0\.1:\d+\/v1)$/m.exec(stdout())?.[1] ?? '';
  expect(stdout()).toContain(`device ${DEVICE}`);

  const sent = await fetch(`${url}/messages`, {
    method: 'POST',
    headers: { token: 'key' },
    body: JSON.stringify({ device: DEVICE, phone: phone(1), message: 'Bonjour', reference: 'r1' }),
  });
  expect(sent.status).toBe(201);
  await eventually(() => receiver.events('message:in:new')).toMatchObject([{ data: { body: 'Oui' } }]);
  const ledger = (await (await fetch(url.replace('/v1', '/ledger'))).json()) as unknown[];
  expect(ledger).toMatchObject([{ reference: 'r1', phone: phone(1) }]);

  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 20_000);

test.each([
  ['--port', 'abc'],
  ['--speed', '2'],
  ['--rules', '{"latency":1}'],
])(
  'wrong use is said and ends with code 2: %s %s',
  async (...args) => {
    const { child, stderr } = run(...args);
    expect(await once(child, 'exit')).toEqual([2, null]);
    expect(stderr()).toContain('Usage: node backend/simulator/main.ts');
  },
  20_000,
);
