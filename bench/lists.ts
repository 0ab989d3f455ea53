import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { ensureBuilt } from '../scripts/build.ts';
import { say } from '../scripts/processes.mjs';
import { launchChromium } from '../tests/support/chromium.ts';
import type { RunningHost } from '../tests/support/processes.ts';
import { seededFolder } from './support/apiFolder.ts';
import { writeSection } from './support/docs.ts';
import { startBenchHost } from './support/host.ts';
import { measuredOn } from './support/measuredOn.ts';
import { othersShare } from './support/noise.ts';
import { jumpAround, loadRows, untilDetail, untilRows, watchPage, type Pauses } from './support/pageWatch.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const LARGE = 1_000_000;
const SMALL = 10_000;
/** Rows that a person has scrolled through. */
const SCROLLED = 50_000;
const WHEEL_MS = 5_000;
const WHEEL_PX = 900;
const JUMPS = 300;
const CHANGES = 100;
const CHANGE_EVERY_MS = 100;

/** One thing that a person does. `shown`: from the act to what it brings, in ms; `calls`: how often the page asked the host. */
type Step = Pauses & { list: string; name: string; shown: number | null; calls: number };
type Act = () => Promise<number | void>;
type Trial = {
  page: Page;
  /** @param act gives how long it took until what it brings was there, where that is asked */
  step(name: string, act: Act): Promise<void>;
  /** From an act to other rows than before, or to the detail of one, by the page's own clock. */
  shows(name: string, act: () => Promise<unknown>, what?: 'rows' | 'detail'): Promise<void>;
};

/** Opens a list in the page and does one thing at a time to it. */
async function tryList(list: string, address: string, page: Page): Promise<{ steps: Step[]; trial: Trial }> {
  const steps: Step[] = [];
  let calls = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith('/rpc/')) calls += 1;
  });
  await page.goto(`${address}/#/${list}`);
  await untilRows(page, null);
  const watched = await watchPage(page);
  const step: Trial['step'] = async (name, act) => {
    const before = calls;
    let shown: number | null = null;
    const pauses = await watched(async () => {
      shown = (await act()) ?? null;
    });
    steps.push({ list, name, shown, calls: calls - before, ...pauses });
    say(`${list}: ${name}`);
  };
  const shows: Trial['shows'] = (name, act, what = 'rows') =>
    step(name, async () => {
      const { place, at } = await page.evaluate(() => ({ place: location.hash, at: performance.now() }));
      const arrival = what === 'rows' ? untilRows(page, place) : untilDetail(page);
      await act();
      return (await arrival) - at;
    });
  return { steps, trial: { page, step, shows } };
}

async function wheel(page: Page, forMs: number, pixels: number): Promise<void> {
  await page.mouse.move(700, 500);
  const until = performance.now() + forMs;
  while (performance.now() < until) await page.mouse.wheel(0, pixels);
}

/** What every list goes through. `change` changes one of its rows from outside. */
async function scrolling({ page, step, shows }: Trial, rows: number, change: (index: number) => Promise<unknown>) {
  await step(`wheel for ${WHEEL_MS / 1000} s`, () => wheel(page, WHEEL_MS, WHEEL_PX));
  await step(`to the end until ${rows.toLocaleString('en')} rows are there`, () => loadRows(page, rows));
  await step(`scroll bar to ${JUMPS} places`, () => jumpAround(page, JUMPS));
  const changes = async (): Promise<void> => {
    for (let index = 0; index < CHANGES; index++) {
      await change(index);
      await sleep(CHANGE_EVERY_MS);
    }
  };
  await step(`wheel while ${CHANGES} rows come or change within ${(CHANGES * CHANGE_EVERY_MS) / 1000} s`, async () => {
    await Promise.all([changes(), wheel(page, CHANGES * CHANGE_EVERY_MS, -WHEEL_PX / 10)]);
  });
  await shows('open a detail', () => page.locator('tbody tr[aria-rowindex]').nth(20).click(), 'detail');
  await step('close it', () => page.keyboard.press('Escape'));
}

async function attempts(host: RunningHost, page: Page, rows: number): Promise<Step[]> {
  const { steps, trial } = await tryList('attempts', host.admin, page);
  const { shows } = trial;
  const change = (index: number): Promise<unknown> =>
    host.call('POST', '/messages', { to: `+3373${2_000_000 + index}`, body: 'Bonjour', whenPossible: true });
  await scrolling(trial, rows, change);
  const [state, type] = [page.locator('main select').nth(0), page.locator('main select').nth(1)];
  const search = page.locator('main input[type=search]');
  await shows('filter: read', () => state.selectOption('read'));
  await shows('filter: failed for good', () => state.selectOption('failed_final'));
  await shows('filter: failed for good, of notifications', () => type.selectOption('notification'));
  await shows('filter: a state that nothing has', () => state.selectOption('sending'));
  await shows('no filter: what was scrolled through', () => page.locator('main a[href="#/attempts"]').click());
  await shows('search: a whole phone', () => search.fill('+33600500000'));
  await shows('search: the end of a phone', () => search.fill('900001'));
  await shows('search: what nothing has', () => search.fill('introuvable'));
  return steps;
}

async function contacts(host: RunningHost, page: Page, rows: number): Promise<Step[]> {
  const { steps, trial } = await tryList('contacts', host.admin, page);
  const { shows } = trial;
  const search = page.locator('main input[type=search]');
  const change = (index: number): Promise<unknown> =>
    host.call('PATCH', `/contacts/contact-${String(index + 1).padStart(8, '0')}`, { name: `Contact neuf ${index}` });
  await scrolling(trial, rows, change);
  const category = page.locator('main nav a');
  await shows('category: a tenth of all', () => category.nth(1).click());
  await shows('category: a hundredth of all', () => category.nth(2).click());
  await shows('all again: what was scrolled through', () => category.nth(0).click());
  await shows('search: a name', () => search.fill('contact 500000'));
  await shows('search: the end of a phone', () => search.fill('900001'));
  await shows('search: what many have', () => search.fill('maison lyon'));
  await shows('search: what nothing has', () => search.fill('introuvable'));
  return steps;
}

function tableOf(steps: readonly Step[]): string {
  const head = [
    ...['list', 'what is done', 'shown after, ms', 'longest task, processor ms', 'longest task, ms'],
    ...['longest gap between frames, ms', 'tasks above 100 ms', 'calls'],
  ];
  const rows = steps.map(({ list, name, shown, processor, task, gap, tooLong, calls }) => [
    ...[list, name, shown === null ? '-' : shown.toFixed(0), processor.toFixed(0)],
    ...[task === 0 ? '< 50' : task.toFixed(0), gap.toFixed(0), String(tooLong), String(calls)],
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * Measures the lists of attempts and contacts in a real Chromium, with the built host on a folder of 1,000,000 of each
 * (UI-7), and prints the table; `--write-docs` puts it into docs/performance.md. `--small` shows within a minute that all
 * of it runs, `--rows` is how many rows are scrolled through.
 */
async function main(): Promise<void> {
  const options = {
    'write-docs': { type: 'boolean' },
    small: { type: 'boolean' },
    rows: { type: 'string' },
    only: { type: 'string' },
  } as const;
  const { 'write-docs': docs, small, rows: asked, only } = parseArgs({ options }).values;
  if (!(await ensureBuilt(ROOT))) throw new Error('npm run build failed, see above');
  const rows = Number(asked ?? (small === true ? SMALL / 4 : SCROLLED));
  const { dataDir, remove } = seededFolder(small === true ? SMALL : LARGE);
  const others = await othersShare();
  const host = await startBenchHost({ dataDir });
  const browser = await launchChromium();
  const steps: Step[] = [];
  try {
    for (const list of [attempts, contacts].filter(({ name }) => only === undefined || name === only)) {
      const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
      steps.push(...(await list(host, page, rows)));
      await page.close();
    }
  } finally {
    await browser.close();
    await host.end();
    remove();
  }
  const table = tableOf(steps);
  const measured = measuredOn('node bench/lists.ts --write-docs', others, `Chromium ${browser.version()}`);
  process.stdout.write(`${table}\n\n${measured}\n`);
  if (docs !== true) return;
  const settling = 'A search includes the 200 ms for which typing settles.';
  await writeSection(ROOT, 'lists', [measured, table, settling]);
}

await main();
