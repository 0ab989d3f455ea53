import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { BridgeMessage, DesktopBridge } from '../backend/contract/desktopBridge.ts';
import { NAVIGATE_CHANNEL, RPC_CHANNEL } from './channels.ts';

/** Names this load of the page: the main process ends the calls of the load before, whose numbers start again at 1. */
const session = crypto.randomUUID();

let showPage: ((page: string) => void) | null = null;
/** A page asked for before the interface listens, as on a cold start from a notification (DSK-3). */
let pageWaiting: string | null = null;

ipcRenderer.on(NAVIGATE_CHANNEL, (_event: IpcRendererEvent, page: string) => {
  if (showPage) showPage(page);
  else pageWaiting = page;
});

const bridge: DesktopBridge = {
  send(message) {
    ipcRenderer.send(RPC_CHANNEL, session, message);
  },
  onMessage(listener) {
    const forward = (_event: IpcRendererEvent, of: string, message: BridgeMessage): void => {
      if (of === session) listener(message);
    };
    ipcRenderer.on(RPC_CHANNEL, forward);
    return () => {
      ipcRenderer.off(RPC_CHANNEL, forward);
    };
  },
  onNavigate(listener) {
    showPage = listener;
    if (pageWaiting !== null) listener(pageWaiting);
    pageWaiting = null;
    return () => {
      if (showPage === listener) showPage = null;
    };
  },
  platform: process.platform,
};

contextBridge.exposeInMainWorld('vigie', bridge);
