import { z } from 'zod';
import type { SlotKind } from '../../domain/quota.ts';

/** What a machine says of itself; absolute figures, so that the same report twice changes nothing. */
export type Report = {
  host: string;
  /** Name shown to the operators of the other machines. */
  label: string;
  /** Grows with each report: an older one that arrives late is not believed. */
  order: number;
  /** Everything of the last 24 hours is in `settled`; without it only what changed since the last report that was taken. */
  whole: boolean;
  /** Other machines that this one has heard of, as id and label. */
  others: Record<string, string>;
  /** Now, by this machine. */
  clock: number;
  day: string;
  used: Record<SlotKind, number>;
  /** Messages without an outcome yet. */
  open: number;
  /** Outcomes by the minute in which they came: its end, in minutes since 1970 by this machine's clock. */
  settled: Record<string, number>;
  /** Slots of today that were granted and are not used. */
  lease: number;
  /** Slots that the open reply windows of this machine need. */
  held: number;
  /** Slots that are wanted at once. */
  demand: number;
  limits: { daily: number; rolling: number };
  /** Contacts that were written to a second time lately, as `campaign:contact`; only in a whole report. */
  followedUp: string[];
  isLeaving: boolean;
  /** Name for the memory of the counters, should it begin with this report. */
  newMemory: string;
};

const count = z.int().min(0);
const names = z.record(z.string(), z.string());

/** What comes back. Everything else that comes back is a wrong answer. */
export const reportAnswer = z.discriminatedUnion('status', [
  /** The counters have lost their memory, or never had one of this machine: everything is to be said again. */
  z.object({ status: z.literal('say_all') }),
  /** A later report was there first. */
  z.object({ status: z.literal('outdated') }),
  z.object({
    status: z.literal('taken'),
    now: count,
    /** Slots that this machine has now, those it had before included. */
    lease: count,
    /** More than this is to be given back. */
    keep: count,
    /** What could still be granted. */
    free: count,
    /** Used by all machines together, today and in 24 hours. */
    sent: count,
    rolling: count,
    /** The lowest limits of the machines that are there. */
    limits: z.object({ daily: count, rolling: count }),
    isGranting: z.boolean(),
    others: names,
    /** Machines that have not said yet what they used. */
    awaited: names,
  }),
]);
export type ReportAnswer = z.infer<typeof reportAnswer>;
export type TakenReport = Extract<ReportAnswer, { status: 'taken' }>;
