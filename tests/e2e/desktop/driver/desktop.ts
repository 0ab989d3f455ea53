import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Observed } from '../../../support/electron-standin/observed.ts';

export type { Observed };

export type LaunchOptions = { dataDir: string; environment?: Record<string, string>; args?: string[] };

/** A message on an IPC channel that comes from a frame at `url`. */
export type ForgedMessage = { channel: string; url: string; isMainFrame: boolean; values: string[] };

/** The running desktop app, whoever runs it. */
export type Desktop = {
  observe(): Promise<Observed>;
  /** The window's page, once it has loaded. */
  page(): Promise<Page>;
  clickTray(): Promise<void>;
  clickTrayMenu(label: string): Promise<void>;
  clickNotification(index: number): Promise<void>;
  closeWindow(): Promise<void>;
  crashPage(): Promise<void>;
  wake(): Promise<void>;
  quit(): Promise<void>;
  forgeMessage(forged: ForgedMessage): Promise<void>;
  /** True when a page that asks for this permission would get it. */
  askPermission(permission: string): Promise<boolean>;
  /** Exit code, once the app has ended. */
  exited(): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  /** What the app wrote to its standard error. */
  output(): string;
};

export const ROOT = path.join(import.meta.dirname, '../../../..');
