/** What every queue is asked to do: so many messages, so many at once. */
export type QueueTask = {
  jobs: number;
  atOnce: number;
  /** Where each message is posted; null for nothing at all. */
  provider: string | null;
  /** Counters that are shared with other machines. */
  redisUrl?: string | null;
  /** Hosts that make each other's requests, this one included; 0: that is off. */
  hosts?: number;
  /** Address of the queue's server, if it has one. */
  server: string;
  /** Process of that server, whose time counts too. */
  serverPid: number;
};

/** How long they took, and the processor time of the queue and its server together. */
export type QueueResult = { seconds: number; processorMs: number };
