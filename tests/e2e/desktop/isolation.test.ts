import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { bridgeClient } from './driver/bridgeClient.ts';
import type { Desktop } from './driver/desktop.ts';
import { Desktops } from './driver/launchDesktop.ts';
import { eventually } from './driver/eventually.ts';

const desktops = new Desktops();
let desktop: Desktop;
let page: Page;
let client: Awaited<ReturnType<typeof bridgeClient>>;

beforeAll(async () => {
  desktop = await desktops.launch();
  page = await desktop.page();
  client = await bridgeClient(page);
});
afterAll(() => desktops.cleanUp());

test('the page has the bridge and nothing of Node or Electron (SEC-5)', async () => {
  const seen = await page.evaluate(() => {
    const world = window as unknown as Record<string, unknown> & { vigie: object };
    return {
      names: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter((name) => name in world),
      keys: Object.keys(world.vigie),
      isFrozen: Object.isFrozen(world.vigie),
    };
  });
  expect(seen).toEqual({ names: [], keys: ['send', 'onMessage', 'onNavigate', 'platform'], isFrozen: true });
});

test('messages from a foreign frame, a sub-frame or a malformed sender are refused (SEC-5)', async () => {
  const pause = JSON.stringify({ i: '1', p: { u: '/sending/pause', b: { json: { scope: 'all' } } } });
  const channel = 'vigie:rpc';
  const session = '0198c7a2-0000-4000-8000-000000000000';
  const strangers = [
    { url: 'https://example.com/', isMainFrame: true },
    { url: 'vigie-app://evil/', isMainFrame: true },
    { url: 'vigie-app://app@evil/', isMainFrame: true },
    { url: 'file:///tmp/index.html', isMainFrame: true },
    { url: 'about:blank', isMainFrame: true },
    { url: 'vigie-app://app/', isMainFrame: false },
  ];
  for (const stranger of strangers) await desktop.forgeMessage({ channel, values: [session, pause], ...stranger });
  expect(await client.monitoring.stats()).toMatchObject({ paused: false });
  await eventually(() => desktop.output().split('a message from a stranger was refused').length - 1).toBe(
    strangers.length,
  );

  // The same message from our own page does it, so that the refusals above mean something.
  await desktop.forgeMessage({ channel, values: [session, pause], url: 'vigie-app://app/', isMainFrame: true });
  await eventually(async () => (await client.monitoring.stats()).paused).toBe(true);
  await client.sending.resume({ scope: 'all' });
});

test('malformed messages are answered or dropped, and the next call works (SEC-5)', async () => {
  const malformed = [
    'nonsense',
    '{}',
    'null',
    '{"i":"1","p":{"u":"http://["}}',
    '{"i":"2","p":{"u":"/__proto__/constructor"}}',
    '{"i":"3","p":{"u":"/monitoring/stats","h":{"content-type":"multipart/form-data"},"b":"x"}}',
  ];
  await page.evaluate((messages) => {
    const { vigie } = window as unknown as { vigie: { send(text: string): void } };
    for (const message of messages) vigie.send(message);
  }, malformed);
  expect(await client.monitoring.stats()).toMatchObject({ sent: 0 });
  await eventually(() => desktop.output()).toContain('a message from the page could not be answered');
});

test('the page cannot be led elsewhere, and opens no window (SEC-5)', async () => {
  const own = page.url();
  // Chromium itself keeps a page from `data:` and `file:`; the app from all others.
  for (const target of ['data:text/html,x', 'file:///etc/passwd', 'http://127.0.0.1:4780', 'https://example.com']) {
    await page.evaluate((address) => {
      // After the answer: Playwright waits for a navigation that a call begins.
      setTimeout(() => {
        location.href = address;
      });
    }, target);
    if (!target.startsWith('http')) continue;
    await eventually(() => desktop.output()).toContain(`the page was kept from going to ${target}`);
  }
  for (const target of [
    'http://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'vigie-app://app/',
    'https://user:pass@example.com/',
  ]) {
    await page.evaluate((address) => void window.open(address), target);
  }
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: 'https://example.com/link', target: '_blank' });
    document.body.append(link);
    link.click();
    window.open('https://example.com/help');
  });
  await eventually(async () => (await desktop.observe()).opened).toEqual([
    'https://example.com/link',
    'https://example.com/help',
  ]);
  expect(page.url()).toBe(own);
  expect((await desktop.observe()).windows).toHaveLength(1);
  await client.monitoring.stats();
});

test('permissions are refused, but for putting text on the clipboard (SEC-5)', async () => {
  for (const permission of ['geolocation', 'notifications', 'camera', 'microphone']) {
    expect(await desktop.askPermission(permission)).toBe(false);
  }
  expect(await desktop.askPermission('clipboard-sanitized-write')).toBe(true);
});

test('markup that got into the page runs no script, opens no frame and reaches no other host (SEC-1, SEC-6)', async () => {
  await page.evaluate(() => {
    const world = window as unknown as { violated: Set<string> };
    world.violated = new Set();
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      world.violated.add(effectiveDirective);
    });
    const host = document.createElement('div');
    host.innerHTML =
      '<img src=x onerror="window.hit=1"><iframe srcdoc="<script>parent.hit=1</script>"></iframe><iframe src="https://example.com/"></iframe>';
    const script = document.createElement('script');
    script.textContent = 'window.hit=1';
    host.append(script);
    document.body.append(host);
    fetch('https://example.com/').catch(() => undefined);
  });
  await eventually(() =>
    page.evaluate(() => [...(window as unknown as { violated: Set<string> }).violated].sort()),
  ).toEqual(['connect-src', 'frame-src', 'script-src-attr', 'script-src-elem']);
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
});
