import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { vi } from 'vitest';
import { findChromium } from '../../../support/chromium.ts';
import type { Command, Commands, Question, Reply } from '../../../support/electron-standin/control.ts';
import { ROOT, type Desktop, type LaunchOptions } from './desktop.ts';

const REGISTER = path.join(ROOT, 'tests/support/electron-standin/register.ts');
const PAGE_TIMEOUT_MS = 20_000;

type Run = <Name extends Command>(
  command: Name,
  ...argument: Parameters<Commands[Name]>
) => Promise<Awaited<ReturnType<Commands[Name]>>>;

/** The built app under Node, with the stand-in for Electron. */
export async function launchStandin({ dataDir, environment, args = [] }: LaunchOptions): Promise<Desktop> {
  const child = fork(path.join(ROOT, 'out/main/main.js'), ['--data-dir', dataDir, ...args], {
    execArgv: ['--import', REGISTER],
    env: { ...process.env, ...environment, VIGIE_CHROMIUM: findChromium() },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const run = askThrough(child, () => output);
  const attached: Browser[] = [];
  child.once('exit', () => {
    for (const browser of attached) void browser.close();
  });

  const page = async (): Promise<Page> => {
    await vi.waitFor(
      async () => {
        const { windows } = await run('observe');
        if (!windows[0]?.url.startsWith('vigie-app:')) throw new Error(`the window shows nothing: ${output}`);
      },
      { timeout: PAGE_TIMEOUT_MS },
    );
    // Attached anew each time: Playwright does not follow a page whose process crashed.
    const browser = await chromium.connectOverCDP(String(await run('browserAddress')));
    attached.push(browser);
    const [first] = browser.contexts().flatMap((context) => context.pages());
    if (!first) throw new Error('Chromium has no page');
    await first.waitForLoadState();
    return first;
  };
  return {
    observe: () => run('observe'),
    page,
    clickTray: () => run('clickTray'),
    clickTrayMenu: (label) => run('clickTrayMenu', label),
    clickNotification: (index) => run('clickNotification', index),
    closeWindow: () => run('closeWindow'),
    crashPage: () => run('crashPage'),
    wake: () => run('wake'),
    quit: () => run('quit'),
    forgeMessage: (forged) => run('forgeMessage', forged),
    askPermission: (permission) => run('askPermission', permission),
    async exited() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode;
    },
    kill: (signal) => {
      child.kill(signal);
    },
    output: () => output,
  };
}

/** Questions to the stand-in's side door; all are refused when the app ends. */
function askThrough(child: ChildProcess, output: () => string): Run {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let count = 0;
  child.on('message', ({ id, result, error }: Reply) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error));
  });
  child.once('exit', (code) => {
    for (const asked of waiting.values()) asked.reject(new Error(`the app ended with ${String(code)}: ${output()}`));
  });
  return ((command: Command, argument?: unknown) => {
    const asked = Promise.withResolvers<unknown>();
    count += 1;
    waiting.set(count, asked);
    child.send({ id: count, command, argument } satisfies Question, (error) => {
      if (error) asked.reject(error);
    });
    return asked.promise;
  }) as Run;
}
