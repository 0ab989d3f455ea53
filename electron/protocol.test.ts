import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveInterface } from './protocol.ts';

let folder: string;
let root: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vigie-protocol-'));
  root = path.join(folder, 'renderer');
  mkdirSync(path.join(root, 'assets'), { recursive: true });
  mkdirSync(path.join(folder, 'renderer-secret'));
  writeFileSync(path.join(root, 'index.html'), '<p>shell</p>');
  writeFileSync(path.join(root, 'assets/main.js'), 'main');
  writeFileSync(path.join(folder, 'secret.json'), 'secret');
  writeFileSync(path.join(folder, 'renderer-secret/secret.json'), 'secret');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const get = (url: string, method = 'GET'): Promise<Response> => serveInterface(root, { url, method });

test('files of the interface are served with their type and a policy without inline scripts (SEC-1, SEC-5)', async () => {
  const script = await get('vigie-app://app/assets/main.js');
  expect([script.status, await script.text(), script.headers.get('content-type')]).toEqual([
    200,
    'main',
    'text/javascript; charset=utf-8',
  ]);
  const policy = script.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(script.headers.get('x-content-type-options')).toBe('nosniff');
});

test.each(['vigie-app://app/', 'vigie-app://app/campagnes/12?tab=x#y', 'vigie-app://app/index.html'])(
  'a page of the interface gets the shell: %s',
  async (url) => {
    expect(await (await get(url)).text()).toBe('<p>shell</p>');
  },
);

test.each([
  ['vigie-app://app/assets/missing.js', 404],
  ['vigie-app://app/assets', 200],
  ['vigie-app://app/secret.exe', 404],
  ['vigie-app://app/%2e%2e/secret.json', 404],
  ['vigie-app://app/..%2fsecret.json', 400],
  ['vigie-app://app/..%5csecret.json', 400],
  ['vigie-app://app/assets/..%2f..%2frenderer-secret%2fsecret.json', 400],
  ['vigie-app://app/%00.js', 400],
  ['vigie-app://app/%zz.js', 400],
  ['vigie-app://evil/index.html', 403],
  ['vigie-app://user@app/index.html', 403],
  ['file:///etc/passwd', 403],
])('%s is answered with %i (SEC-5)', async (url, status) => {
  expect((await get(url)).status).toBe(status);
});

test('only reading is possible (SEC-5)', async () => {
  expect((await get('vigie-app://app/', 'POST')).status).toBe(405);
});

test('no address leads out of the folder (SEC-5)', async () => {
  const steps = fc.constantFrom('..', '.', '%2e%2e', '%2E.', '%2f', '%5c', '\\', '/', 'secret.json', 'assets', '%252e');
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 12 }), async (parts) => {
      const response = await get(`vigie-app://app/${parts.join('/')}`);
      expect(await response.text()).not.toContain('secret');
    }),
    { numRuns: 1000 },
  );
});
