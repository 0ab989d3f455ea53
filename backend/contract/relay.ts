import { z } from 'zod';
import { instant } from './common.ts';

/** Why the relay cannot be used at the moment. */
export const relayProblem = z.enum(['not_installed', 'unauthorized', 'unreachable', 'nonsense', 'storage']);
export type RelayProblem = z.infer<typeof relayProblem>;

/** The relay that keeps webhooks while this machine cannot receive them (WHK-7). */
export const relay = z.object({
  /** `off`: none is configured. */
  state: z.enum(['off', 'connecting', 'live', 'catching_up', 'unreachable']),
  /** In the language of the settings: what it is and, where something is wrong, what to do. */
  message: z.string(),
  /** Null unless it is unreachable. */
  problem: relayProblem.nullable(),
  /** Since when it is unreachable. */
  since: instant.nullable(),
  /** Requests that wait there to be read. */
  waiting: z.int(),
  /** Requests with a wrong token or signature; they stay there for 30 days and are looked at again at each start. */
  setAside: z.int(),
  lastPulledAt: instant.nullable(),
  /** Where the providers deliver to, without the path of a line. */
  address: z.string().nullable(),
});
export type Relay = z.infer<typeof relay>;
