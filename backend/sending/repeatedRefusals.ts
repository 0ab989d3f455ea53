import type { AttemptListener, AttemptRow } from './attempt.ts';
import type { ConfiguredLine, Lines } from './lines.ts';
import type { SendOutcome } from './provider.ts';

/** So many contacts running refused with a code that hints at the line, not at them. */
const RUNNING = 3;

type RepeatedRefusalsDependencies = {
  pauseLine: (lineId: string, code: string) => void;
  pauseMessage1: (lineId: string, code: string) => void;
};

/**
 * Notices a line that the provider restricts: one contact who cannot be written to says nothing, several of them running
 * do. A restricted account may often still answer in open chats: then only first messages are paused (SND-14).
 */
export class RepeatedRefusals {
  readonly #deps: RepeatedRefusalsDependencies;
  readonly #running = new Map<string, { code: string; phones: Set<string> }>();

  constructor(dependencies: RepeatedRefusalsDependencies) {
    this.#deps = dependencies;
  }

  /** What a try came to. */
  follow(line: ConfiguredLine, attempt: AttemptRow, outcome: SendOutcome): void {
    if (outcome.kind === 'accepted') this.accepted(line);
    if (outcome.kind === 'refused') this.refused(line, attempt, outcome.code);
  }

  accepted(line: ConfiguredLine): void {
    this.#running.delete(line.id);
  }

  refused(line: ConfiguredLine, attempt: AttemptRow, code: string): void {
    const consequence = line.provider.whenRepeated?.(code) ?? null;
    if (consequence === null) return;
    const before = this.#running.get(line.id);
    const phones = before?.code === code ? before.phones : new Set<string>();
    phones.add(attempt.phone);
    this.#running.set(line.id, { code, phones });
    if (phones.size < RUNNING) return;
    if (consequence === 'pause_line') this.#deps.pauseLine(line.id, code);
    else this.#deps.pauseMessage1(line.id, code);
    this.#running.delete(line.id);
  }
}

/**
 * The same for messages that the provider took and reports as failed: an account that is restricted often takes them into
 * its queue first. What arrives in between says that all is well.
 */
export function watchReports(lines: Pick<Lines, 'find'>, dependencies: RepeatedRefusalsDependencies): AttemptListener {
  const reported = new RepeatedRefusals(dependencies);
  return ({ kind, attempt, code }) => {
    const line = lines.find(attempt.lineId);
    if (line === null) return;
    if (kind === 'delivered' || kind === 'read') reported.accepted(line);
    if (kind === 'failed' && attempt.sentAt !== null) reported.refused(line, attempt, code ?? '');
  };
}
