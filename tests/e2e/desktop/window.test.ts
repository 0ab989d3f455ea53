import { truncateSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { startHost } from '../../support/processes.ts';
import { startRawServer } from '../../support/rawServer.ts';
import { bridgeClient } from './driver/bridgeClient.ts';
import { Desktops } from './driver/launchDesktop.ts';
import { eventually } from './driver/eventually.ts';

const desktops = new Desktops();
afterEach(() => desktops.cleanUp());

test('the window shows the figures, which come over IPC and follow every change (DSK-1, MON-11)', async () => {
  const desktop = await desktops.launch({ environment: { VIGIE_DAILY_LIMIT: '20' } });
  const page = await desktop.page();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));

  await eventually(() => page.innerText('body')).toContain('20');
  const client = await bridgeClient(page);
  expect(await client.monitoring.stats()).toMatchObject({ sent: 0, limit: 20, alertLevel: 'ok' });

  await client.sending.pause({ scope: 'all' });
  await eventually(() => page.innerText('body')).toMatch(/en pause/i);
  expect(requests.filter((url) => url.includes('/rpc') || url.includes('/api'))).toEqual([]);
  expect((await desktop.observe()).errors).toEqual([]);
});

test('a file travels over the bridge as bytes (DSK-1, CMP-1)', async () => {
  const desktop = await desktops.launch();
  const client = await bridgeClient(await desktop.page());
  const body = new File(['nom;telephone\nZoë;0612345678\nBob;12\n'], 'contacts.csv', { type: 'text/csv' });
  const report = await client.contacts.import({ query: { category: 'Été' }, body });
  expect(report).toMatchObject({ imported: 1, total: 2, refused: [{ line: 3 }] });
  const { items } = await client.contacts.list({});
  expect(items).toMatchObject([{ name: 'Zoë', phone: '+33612345678' }]);
});

test('a page that is loaded again calls and listens anew, without an error on its console (DSK-1, SEC-1)', async () => {
  const desktop = await desktops.launch();
  const page = await desktop.page();
  await (await bridgeClient(page)).monitoring.stats();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.evaluate(() => {
    setTimeout(() => {
      location.reload();
    });
  });
  await page.waitForEvent('load');
  await eventually(() => page.innerText('body')).toContain('180');
  expect(errors).toEqual([]);
  expect((await desktop.observe()).errors).toEqual([]);
});

test('a page whose process crashes comes back by itself (DSK-1)', async () => {
  const desktop = await desktops.launch();
  await desktop.page();
  await desktop.crashPage();
  await eventually(() => desktop.output()).toContain('is loaded again');
  const again = await desktop.page();
  await eventually(() => again.innerText('body')).toContain('180');
});

test('closing the window keeps Vigie in the tray, said once, across restarts (DSK-2)', async () => {
  const dataDir = desktops.newFolder();
  const desktop = await desktops.launch({ dataDir });
  await desktop.page();
  await desktop.closeWindow();
  await eventually(async () => (await desktop.observe()).windows).toMatchObject([{ visible: false }]);
  const { notifications, tray } = await desktop.observe();
  expect(notifications.map(({ title }) => title)).toEqual(['Vigie reste ouverte']);
  expect(tray).not.toBeNull();

  await desktop.clickTray();
  await eventually(async () => (await desktop.observe()).windows).toMatchObject([{ visible: true }]);
  await desktop.closeWindow();
  expect((await desktop.observe()).notifications).toHaveLength(1);
  await desktop.quit();
  expect(await desktop.exited()).toBe(0);

  const restarted = await desktops.launch({ dataDir });
  await restarted.page();
  await restarted.closeWindow();
  expect((await restarted.observe()).notifications).toEqual([]);
});

test('a window that is closed while its page still loads stays closed (DSK-2)', async () => {
  const desktop = await desktops.launch();
  await eventually(async () => (await desktop.observe()).windows).toHaveLength(1);
  await desktop.closeWindow();
  const page = await desktop.page();
  await eventually(() => page.innerText('body')).toContain('180');
  expect((await desktop.observe()).windows).toMatchObject([{ visible: false }]);
});

test('a second instance shows the window of the first and ends (DSK-4)', async () => {
  const dataDir = desktops.newFolder();
  const first = await desktops.launch({ dataDir });
  await first.page();
  await first.closeWindow();
  await eventually(async () => (await first.observe()).windows).toMatchObject([{ visible: false }]);

  const second = await desktops.launch({
    dataDir,
    args: ['--no-demo', '--evil=--renderer-cmd-prefix', 'vigie://../..'],
  });
  expect(await second.exited()).toBe(0);
  await eventually(async () => (await first.observe()).windows).toMatchObject([
    { visible: true, url: 'vigie-app://app/' },
  ]);
});

test('two instances on two data folders live side by side (DSK-4)', async () => {
  const [one, other] = [await desktops.launch(), await desktops.launch()];
  await one.page();
  await other.page();
  expect((await one.observe()).windows).toHaveLength(1);
});

test('quitting ends with exit code 0, from the menu and by SIGTERM (DSK-7)', async () => {
  const desktop = await desktops.launch();
  await desktop.page();
  await desktop.clickTrayMenu('Quitter Vigie');
  expect(await desktop.exited()).toBe(0);

  const other = await desktops.launch();
  await other.page();
  other.kill('SIGTERM');
  expect(await other.exited()).toBe(0);
});

test('quitting waits at most 5 s for a send that nobody answers, which is then of unknown outcome (DSK-7, SND-6)', async () => {
  const silent = await startRawServer();
  onTestFinished(() => silent.close());
  silent.onRequest = ({ head, socket }) => {
    if (!head.startsWith('POST')) socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
  };
  const dataDir = desktops.newFolder();
  const environment = {
    WASSENGER_API_KEY: 'key-of-the-tests',
    WASSENGER_DEVICE_ID: 'device',
    WASSENGER_BASE_URL: silent.url,
    VIGIE_SEND_TIMEOUT_MS: '60000',
  };
  const desktop = await desktops.launch({ dataDir, environment });
  const client = await bridgeClient(await desktop.page());
  const { body } = await client.messages.send({ to: '+33639980001', body: 'Bonjour', type: 'notification' });
  await eventually(() => silent.requests.filter(({ head }) => head.startsWith('POST')).length).toBe(1);

  const askedAt = performance.now();
  await desktop.quit();
  expect(await desktop.exited()).toBe(0);
  expect(performance.now() - askedAt).toBeLessThan(7_000);

  const restarted = await desktops.launch({ dataDir, environment });
  const clientAgain = await bridgeClient(await restarted.page());
  expect(await clientAgain.attempts.get({ id: body.id })).toMatchObject({ state: 'unknown' });
});

test('on a damaged folder the app starts frozen and says why (REL-2)', async () => {
  const dataDir = desktops.newFolder();
  const first = await desktops.launch({ dataDir });
  await first.page();
  await first.quit();
  expect(await first.exited()).toBe(0);
  truncateSync(path.join(dataDir, 'vigie.db'), 0);

  const frozen = await desktops.launch({ dataDir });
  await frozen.page();
  await eventually(async () => (await frozen.observe()).tray).toMatchObject({ icon: 'offline' });
  const { tray } = await frozen.observe();
  expect(tray?.menu[0]?.label).toContain('vigie.db');
});

test('a folder that a headless host uses is left alone, and said so (DSK-4)', async () => {
  const dataDir = desktops.newFolder();
  const host = await startHost({ dataDir });
  onTestFinished(async () => void (await host.end()));
  const desktop = await desktops.launch({ dataDir });
  expect(await desktop.exited()).toBe(1);
  expect(desktop.output()).toContain('Vigie est déjà ouvert');
});

test('a wrong setting stops the start with its name and what is allowed', async () => {
  const desktop = await desktops.launch({ environment: { VIGIE_DAILY_LIMIT: 'many' } });
  expect(await desktop.exited()).toBe(1);
  expect(desktop.output()).toContain('VIGIE_DAILY_LIMIT=many');
});
