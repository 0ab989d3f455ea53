import type { ContactImport } from '../contract/imports.ts';
import type { LiveEvent } from '../contract/liveEvents.ts';
import type { AttemptRow } from '../sending/attempt.ts';

type EventOf<Type extends LiveEvent['type']> = Extract<LiveEvent, { type: Type }>;

/** How a service says that something changed. Told after the commit; figures are gathered and sent on within a second. */
export type Notify = {
  changed(what: EventOf<'changed'>['what']): void;
  campaign(id: string): void;
  attempt(attempt: Pick<AttemptRow, 'id' | 'state' | 'campaignId'>): void;
  import(state: ContactImport): void;
  notice(notice: Omit<EventOf<'notice'>, 'type'>): void;
};

/** Tells nobody. */
export const silentNotify: Notify = { changed() {}, campaign() {}, attempt() {}, import() {}, notice() {} };
