import type { Menu } from './menu.ts';
import type { Notification } from './notification.ts';
import type { Tray } from './tray.ts';

/** What a test sees of the desktop app, on the stand-in and on Electron alike. */
export type Observed = {
  windows: { visible: boolean; url: string }[];
  /** `icon` is the name of the image file without its ending. */
  tray: { icon: string; tooltip: string; menu: ObservedMenuItem[] } | null;
  notifications: { title: string; body: string }[];
  /** Addresses handed to the system's browser. */
  opened: string[];
  /** Error boxes, and errors of the preload script. */
  errors: string[];
};
export type ObservedMenuItem = { label: string; enabled: boolean };

/** What happened so far. */
export const happened: {
  trays: Tray[];
  notifications: Notification[];
  applicationMenu: Menu | null;
  opened: string[];
  errors: string[];
} = { trays: [], notifications: [], applicationMenu: null, opened: [], errors: [] };
