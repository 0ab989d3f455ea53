import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { PassphraseBridge } from '../backend/contract/desktopBridge.ts';
import { PASSPHRASE_CHANNEL } from './passphraseChannel.ts';

const bridge: PassphraseBridge = {
  onAsked(listener) {
    ipcRenderer.on(PASSPHRASE_CHANNEL, (_event: IpcRendererEvent, words: string) => {
      listener(words);
    });
  },
  answer(passphrase) {
    ipcRenderer.send(PASSPHRASE_CHANNEL, passphrase);
  },
};

contextBridge.exposeInMainWorld('vigiePassphrase', bridge);
