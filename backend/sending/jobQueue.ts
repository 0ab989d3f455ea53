import type { SendOutcome } from './provider.ts';

type Awaitable<Value> = Value | Promise<Value>;

/**
 * Where messages wait for whoever sends them: the table of this machine, or a queue that several hosts share. Whoever
 * claims a message has it for good: nobody else is given it, whatever becomes of the one who has it (SND-6).
 */
export type JobQueue<Offer, Ask, Job extends { id: string }> = {
  /** Puts a message in. */
  offer(offer: Offer): Awaitable<unknown>;
  /** The next one that may leave, by priority and then by age; it is marked as started before it is given. */
  claim(ask: Ask): Awaitable<{ kind: 'claimed'; attempt: Job } | { kind: 'idle' | 'blocked' }>;
  /** What became of it. The same outcome again changes nothing; `not_sent` gives it back to who offered it. */
  settle(job: Job, outcome: SendOutcome): Awaitable<void>;
  /** Takes out one that nobody has started: true, and then nobody ever will. */
  withdraw(id: string): Awaitable<boolean>;
  /** How many wait, and how many are started and have no outcome yet. */
  size(): Awaitable<{ waiting: number; started: number }>;
};
