import type { DesktopBridge } from '../backend/contract/desktopBridge.ts';

declare global {
  // Merging into the browser's own type needs an interface.
  interface Window {
    /** Present in the desktop app only. */
    readonly vigie?: DesktopBridge;
  }
}
