import { happened } from './observed.ts';
import { onlyKnown } from './strict.ts';

type Template = { label?: string; type?: 'separator'; enabled?: boolean; role?: string; click?: () => void };
const KNOWN = ['label', 'type', 'enabled', 'role', 'click'];

export class Menu {
  readonly items: readonly Template[];

  private constructor(template: readonly Template[]) {
    for (const item of template) onlyKnown('menu item', item, KNOWN);
    this.items = template;
  }

  static buildFromTemplate(template: readonly Template[]): Menu {
    return new Menu(template);
  }

  static setApplicationMenu(menu: Menu | null): void {
    happened.applicationMenu = menu;
  }

  /** What a user's click does; an entry that is missing or disabled cannot be clicked. */
  click(label: string): void {
    const item = this.items.find((candidate) => candidate.label === label);
    if (!item?.click) throw new Error(`no menu entry '${label}'`);
    if (item.enabled === false) throw new Error(`the menu entry '${label}' is disabled`);
    item.click();
  }
}
