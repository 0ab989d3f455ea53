import type { Locale } from '../contract/common.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { createAudit } from '../storage/audit.ts';
import type { Pauses, PauseScope } from './pauses.ts';

type Dependencies = {
  pauses: Pick<Pauses, 'set' | 'list'>;
  audit: Pick<ReturnType<typeof createAudit>, 'write'>;
  notify: Pick<Notify, 'notice'>;
  locale: () => Locale;
  labelOf: (lineId: string) => string;
  /** The sentence of an error code, as the line's provider means it. */
  explain: (code: string, lineId: string) => string;
};

/** Pauses that a provider's answers bring about: each leaves an audit line and tells the operator (SND-5, SND-14). */
export function createLinePauses({ pauses, audit, notify, locale, labelOf, explain }: Dependencies) {
  const pause = (scope: Extract<PauseScope, 'line' | 'message_1'>, lineId: string, code: string): void => {
    // Requests that were under way together come back one after the other.
    if (pauses.list().some((held) => held.scope === scope && held.id === lineId && held.until === null)) return;
    pauses.set({ scope, targetId: lineId, reason: code });
    audit.write({ actor: 'vigie', action: 'sending.pause', target: lineId, detail: { scope, code } });
    notify.notice({
      ...{ kind: 'line_paused', level: null, page: '/settings' },
      title: sentence(locale(), 'notice.line_paused', { line: labelOf(lineId) }),
      body: explain(code, lineId),
    });
  };
  return {
    pauseLine: (lineId: string, code: string) => {
      pause('line', lineId, code);
    },
    pauseMessage1: (lineId: string, code: string) => {
      pause('message_1', lineId, code);
    },
  };
}
