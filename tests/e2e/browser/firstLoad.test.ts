import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { launchChromium } from '../../support/chromium.ts';
import { startFakeBackend } from '../../support/fakeBackend.ts';
import { openInterface, settled } from '../../support/interfacePage.ts';
import { workingDay } from '../../support/interfaceScenes.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../out/renderer');
const MOST_BYTES = 200_000;

const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');

/** Everything that the page asks for before its first picture of figures. */
function firstFiles(): string[] {
  const page = read('index.html');
  return [...page.matchAll(/<(?:script|link)[^>]+(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map(
    ([, file]) => file ?? '',
  );
}

it('loads under 200 KB of code and style at first (UI-8)', () => {
  const files = firstFiles();
  expect(files.length).toBeGreaterThan(2);
  const bytes = ['index.html', ...files].reduce((sum, file) => sum + gzipSync(read(file)).length, 0);
  expect(bytes).toBeLessThan(MOST_BYTES);
});

it('has neither the chart nor the other pages in its first load (UI-8)', () => {
  const code = firstFiles().map(read).join('\n');
  expect(code).not.toContain('recharts-surface');
  expect(code).not.toContain('data-radix-popper-content-wrapper');
});

it('has a picture before any script ran, and no inline script (UI-8, SEC-1)', () => {
  const page = read('index.html');
  expect(page).toContain('class="shell"');
  expect(page.match(/<script(?![^>]*\bsrc=)/g)).toBeNull();
});

it('loads nothing from elsewhere, and breaks no rule of its content policy (SEC-1)', async () => {
  const browser = await launchChromium();
  const backend = await startFakeBackend(workingDay());
  const { page, problems, close } = await openInterface(browser, backend.address);
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(backend.address) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  await page.reload();
  await settled(page);
  await page.getByTestId('history-chart').waitFor();
  expect(elsewhere).toEqual([]);
  expect(problems).toEqual([]);
  await close();
  await browser.close();
  await backend.stop();
});
