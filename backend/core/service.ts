/** Something that runs until it is stopped. Both calls may come in any order, twice, and after a failure. */
export type Service = {
  start(): Promise<void>;
  /** Waits for work under way to be recorded. */
  stop(): Promise<void>;
};
