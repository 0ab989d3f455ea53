import type { Menu } from './menu.ts';
import type { NativeImage } from './nativeImage.ts';
import { happened } from './observed.ts';
import { StrictEmitter } from './strict.ts';

export class Tray extends StrictEmitter {
  image: NativeImage;
  tooltip = '';
  title = '';
  menu: Menu | null = null;

  constructor(image: NativeImage) {
    super(['click']);
    this.image = image;
    happened.trays.push(this);
  }

  setImage(image: NativeImage): void {
    this.image = image;
  }

  setToolTip(tooltip: string): void {
    this.tooltip = tooltip;
  }

  setTitle(title: string): void {
    this.title = title;
  }

  setContextMenu(menu: Menu): void {
    this.menu = menu;
  }

  destroy(): void {
    happened.trays.splice(happened.trays.indexOf(this), 1);
  }
}
