/** The part of Electron's main-process module that Vigie uses. Whatever is not exported here fails at the import. */
import './control.ts';

export { app } from './app.ts';
export { BrowserWindow } from './browserWindow.ts';
export { dialog, powerMonitor, screen, session, shell } from './system.ts';
export { ipcMain } from './ipcMain.ts';
export { Menu } from './menu.ts';
export { nativeImage } from './nativeImage.ts';
export { Notification } from './notification.ts';
export { safeStorage } from './safeStorage.ts';
export { protocol } from './protocol.ts';
export { Tray } from './tray.ts';
