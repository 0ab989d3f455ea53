import { EventEmitter } from 'node:events';
import { unsupported } from './strict.ts';

class IpcMain extends EventEmitter {
  handle(): never {
    throw unsupported('ipcMain.handle');
  }
}

export const ipcMain = new IpcMain();
