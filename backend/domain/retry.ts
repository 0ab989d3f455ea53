import { retryDelayMs } from '../core/backoff.ts';
import { DAY_MS } from '../core/days.ts';
import type { Random } from '../core/random.ts';

/** What a provider's error means for what comes next (SND-5). */
export type ErrorClass =
  | 'retry'
  /** Once more after 24 hours, then final. */
  | 'retry_next_day'
  /** Once more, then final. */
  | 'retry_once'
  | 'final_contact'
  /** Final, and the contact goes on the suppression list. */
  | 'opted_out'
  | 'final_content'
  | 'pause_campaign'
  | 'pause_line'
  | 'pause_all';

export type Refusal = {
  class: ErrorClass;
  code: string;
  /** Tries made, this one included. */
  tries: number;
  maxAttempts: number;
  baseMs: number;
  retryAfterMs?: number | undefined;
  now: number;
  /** Code of the try before, when there was one. */
  previousCode?: string | null | undefined;
};

/** What an error means for others than its own message. */
export type Consequences = {
  /** What must stop, because the next message would meet the same refusal. */
  pause: 'none' | 'campaign' | 'line' | 'all';
  /** The contact goes on the suppression list. */
  suppress: boolean;
};
export type AfterRefusal = ({ kind: 'retry'; at: number } | { kind: 'final' }) & Consequences;

const PAUSES: Partial<Record<ErrorClass, Consequences['pause']>> = {
  pause_campaign: 'campaign',
  pause_line: 'line',
  pause_all: 'all',
};

/** The same whether the provider refuses at once or reports the failure later (SND-5). */
export function consequencesOf(errorClass: ErrorClass): Consequences {
  return { pause: PAUSES[errorClass] ?? 'none', suppress: errorClass === 'opted_out' };
}

/**
 * What follows a refused try, or one that never left (SND-4, SND-5). `retry` until the tries are used up; an error of
 * the line or of everything is not the message's fault and never uses its tries up: it waits out the pause.
 */
export function afterRefusal(refusal: Refusal, random: Random): AfterRefusal {
  const next = consequencesOf(refusal.class);
  const triesLeft = refusal.tries < refusal.maxAttempts;
  const again = { kind: 'retry', at: refusal.now + retryDelayMs(refusal, random) } as const;
  const final = { kind: 'final' } as const;
  switch (refusal.class) {
    case 'retry':
    case 'pause_campaign':
      return { ...(triesLeft ? again : final), ...next };
    case 'retry_next_day':
      return { ...(triesLeft && isFirstOfItsCode(refusal) ? nextDay(refusal) : final), ...next };
    case 'retry_once':
      return { ...(triesLeft && isFirstOfItsCode(refusal) ? again : final), ...next };
    case 'final_contact':
    case 'final_content':
    case 'opted_out':
      return { ...final, ...next };
    case 'pause_line':
    case 'pause_all':
      return { ...again, ...next };
  }
}

/** Without the code of the try before, only the first try can be known to be the first with this code. */
function isFirstOfItsCode(refusal: Refusal): boolean {
  return refusal.previousCode === undefined ? refusal.tries <= 1 : refusal.previousCode !== refusal.code;
}

function nextDay(refusal: Refusal): { kind: 'retry'; at: number } {
  return { kind: 'retry', at: refusal.now + Math.max(DAY_MS, refusal.retryAfterMs ?? 0) };
}
