import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startSimulator, type RunningSimulator } from '../../support/processes.ts';
import { bridgeClient } from './driver/bridgeClient.ts';
import type { Desktop, Observed } from './driver/desktop.ts';
import { Desktops } from './driver/launchDesktop.ts';
import { eventually } from './driver/eventually.ts';

const desktops = new Desktops();
let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await startSimulator({ answers: { share: 0 }, delivery: { deliveredShare: 0 } });
});
afterEach(() => desktops.cleanUp());
afterAll(() => simulator.end());

const LIMIT = 20;
/** Messages that reach each level of MON-4 at a limit of 20. */
const FIRST_OF = { attention: 16, danger: 19 };

/** Settings that send through the simulator, at that limit. */
const sending = (): Record<string, string> => ({
  VIGIE_DAILY_LIMIT: String(LIMIT),
  WASSENGER_API_KEY: 'key-of-the-tests',
  WASSENGER_DEVICE_ID: simulator.device,
  WASSENGER_BASE_URL: simulator.url,
});

type Send = (count: number) => Promise<void>;

/** A function that sends so many messages and waits until the figures count them. */
async function sender(desktop: Desktop): Promise<Send> {
  const client = await bridgeClient(await desktop.page());
  return async (count) => {
    const { sent } = await client.monitoring.stats();
    for (let number = 0; number < count; number += 1) {
      await client.messages.send({
        to: `+3361234${String(1000 + sent + number)}`,
        body: 'Bonjour',
        type: 'notification',
      });
    }
    await eventually(async () => (await client.monitoring.stats()).sent).toBe(sent + count);
  };
}

const tray = async (desktop: Desktop): Promise<Observed['tray']> => (await desktop.observe()).tray;
const titles = async (desktop: Desktop): Promise<string[]> =>
  (await desktop.observe()).notifications.map(({ title }) => title);

test('the tray follows the level: icon, tooltip, figures in words (DSK-2, MON-4)', async () => {
  const desktop = await desktops.launch({ environment: sending() });
  const send = await sender(desktop);
  await eventually(() => tray(desktop)).toMatchObject({ icon: 'ok', tooltip: 'Vigie\u202f: Normal, 0 / 20' });

  await send(FIRST_OF.attention);
  await eventually(() => tray(desktop)).toMatchObject({
    icon: 'attention',
    tooltip: 'Vigie\u202f: Attention, 16 / 20',
  });
  await send(FIRST_OF.danger - FIRST_OF.attention);
  await eventually(() => tray(desktop)).toMatchObject({ icon: 'danger', tooltip: 'Vigie\u202f: Danger, 19 / 20' });

  const labels = (await tray(desktop))?.menu.map(({ label }) => label) ?? [];
  expect(labels[0]).toBe('Danger\u202f: 19 messages sur 20 aujourd’hui');
  expect(labels.slice(-4)).toEqual([
    'Ouvrir Vigie',
    'Mettre les envois en pause',
    'Reprendre les envois',
    'Quitter Vigie',
  ]);
});

test('each threshold is announced exactly once a day, also after a restart, and a click opens the page (DSK-3)', async () => {
  const dataDir = desktops.newFolder();
  const environment = sending();
  const desktop = await desktops.launch({ dataDir, environment });
  const send = await sender(desktop);
  expect(await titles(desktop)).toEqual([]);

  await send(FIRST_OF.attention);
  await eventually(() => titles(desktop)).toEqual(['Plus de 75 % de la limite quotidienne est utilisée']);
  await send(FIRST_OF.danger - FIRST_OF.attention - 1);
  expect(await titles(desktop)).toHaveLength(1);
  await send(1);
  await eventually(() => titles(desktop)).toHaveLength(2);
  await desktop.quit();
  expect(await desktop.exited()).toBe(0);

  const restarted = await desktops.launch({ dataDir, environment });
  const sendAgain = await sender(restarted);
  await eventually(() => tray(restarted)).toMatchObject({ icon: 'danger' });
  expect(await titles(restarted)).toEqual([]);
  await sendAgain(1);
  await eventually(() => titles(restarted)).toEqual(['Limite quotidienne atteinte']);

  const page = await restarted.page();
  await page.evaluate(() => {
    location.hash = '#/settings';
  });
  await restarted.closeWindow();
  await restarted.clickNotification(0);
  await eventually(async () => (await restarted.observe()).windows).toMatchObject([{ visible: true }]);
  await eventually(() => page.evaluate(() => location.hash)).toBe('#/');
});

test('the menu pauses and resumes all sending (DSK-2, SND-14)', async () => {
  const desktop = await desktops.launch();
  const client = await bridgeClient(await desktop.page());
  await eventually(() => tray(desktop)).toMatchObject({ icon: 'ok' });

  await desktop.clickTrayMenu('Mettre les envois en pause');
  await eventually(() => tray(desktop)).toMatchObject({ icon: 'paused', tooltip: 'Vigie\u202f: En pause, 0 / 180' });
  expect(await client.monitoring.stats()).toMatchObject({ paused: true });
  await expect(desktop.clickTrayMenu('Mettre les envois en pause')).rejects.toThrow();

  await desktop.clickTrayMenu('Reprendre les envois');
  await eventually(() => tray(desktop)).toMatchObject({ icon: 'ok' });
  expect(await client.monitoring.stats()).toMatchObject({ paused: false });
});

test('waking from sleep brings no notification, and the figures go on (DSK-5)', async () => {
  const desktop = await desktops.launch({ environment: sending() });
  const send = await sender(desktop);
  await desktop.wake();
  await send(1);
  await eventually(() => tray(desktop)).toMatchObject({ tooltip: 'Vigie\u202f: Normal, 1 / 20' });
  expect(await titles(desktop)).toEqual([]);
});

test('the demo moves the tray within 10 s of the first start, and says that it is one', async () => {
  const desktop = await desktops.launch({ args: [] });
  await expect
    .poll(async () => (await tray(desktop))?.tooltip, { timeout: 10_000 })
    .toMatch(/^Vigie \(démonstration\)\u202f: Normal, [1-9]\d* \/ 180$/);
});
