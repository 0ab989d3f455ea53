import type { DesktopBridge, PassphraseBridge } from '../backend/contract/desktopBridge.ts';

declare global {
  // Merging into the browser's own type needs an interface.
  interface Window {
    /** Present in the desktop app only. */
    readonly vigie?: DesktopBridge;
    /** On the page alone that asks for the passphrase. */
    readonly vigiePassphrase?: PassphraseBridge;
  }
}
