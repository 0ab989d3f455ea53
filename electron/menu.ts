import { Menu } from 'electron';

/** macOS needs a menu for its copy, paste and quit keys; elsewhere a menu bar would only hold what the page has. */
export function setApplicationMenu(): void {
  const isMac = process.platform === 'darwin';
  Menu.setApplicationMenu(
    isMac ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]) : null,
  );
}
