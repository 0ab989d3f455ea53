import { Menu, nativeImage, Tray, type MenuItemConstructorOptions, type NativeImage } from 'electron';
import path from 'node:path';
import type { Status } from './status.ts';
import { trayModel, type TrayIcon, type TrayModel } from './trayModel.ts';
import { words } from './words.ts';

export type TrayActions = {
  open(): void;
  pause(): void;
  resume(): void;
  quit(): void;
};

export type VigieTray = {
  /** Shows a status; nothing is redrawn when nothing changed. */
  show(status: Status): void;
  destroy(): void;
};

/**
 * The tray icon with its menu (DSK-2).
 * @param images folder of the tray images
 * @param onModel told when the shown state changes, for the overlay on the window
 */
export function createTray(images: string, actions: TrayActions, onModel: (model: TrayModel) => void): VigieTray {
  const tray = new Tray(trayImage(images, 'offline'));
  let shown = '';
  tray.on('click', () => {
    actions.open();
  });
  return {
    show(status) {
      const model = trayModel(status);
      const fingerprint = JSON.stringify([model, status.locale]);
      if (fingerprint === shown) return;
      shown = fingerprint;
      tray.setImage(trayImage(images, model.icon));
      tray.setToolTip(model.tooltip);
      if (process.platform === 'darwin') tray.setTitle(model.title);
      tray.setContextMenu(Menu.buildFromTemplate(menuOf(model, status.locale, actions)));
      onModel(model);
    },
    destroy() {
      tray.destroy();
    },
  };
}

/** macOS draws its template images in the colour of the menu bar; the shape alone tells the state there. */
function trayImage(images: string, icon: TrayIcon): NativeImage {
  const isMac = process.platform === 'darwin';
  const image = nativeImage.createFromPath(path.join(images, isMac ? `${icon}Template.png` : `${icon}.png`));
  if (isMac) image.setTemplateImage(true);
  return image;
}

function menuOf(model: TrayModel, locale: Status['locale'], actions: TrayActions): MenuItemConstructorOptions[] {
  const action = (key: Parameters<typeof words>[1], click: () => void, enabled = true): MenuItemConstructorOptions => ({
    label: words(locale, key),
    enabled,
    click,
  });
  return [
    ...model.figures.map((label) => ({ label, enabled: false })),
    { type: 'separator' },
    action('desktop.menu.open', actions.open),
    { type: 'separator' },
    action('desktop.menu.pause', actions.pause, model.canPause),
    action('desktop.menu.resume', actions.resume, model.canResume),
    { type: 'separator' },
    action('desktop.menu.quit', actions.quit),
  ];
}
