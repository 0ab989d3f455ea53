import { happened } from './observed.ts';
import { onlyKnown, StrictEmitter } from './strict.ts';

type Options = { title: string; body: string; icon?: string };

export class Notification extends StrictEmitter {
  readonly title: string;
  readonly body: string;

  constructor(options: Options) {
    super(['click', 'close']);
    onlyKnown('Notification', options, ['title', 'body', 'icon']);
    this.title = options.title;
    this.body = options.body;
  }

  show(): void {
    happened.notifications.push(this);
  }
}
