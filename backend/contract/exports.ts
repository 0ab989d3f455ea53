import { z } from 'zod';
import { attemptListInput } from './attempts.ts';
import { recipientListInput } from './campaigns.ts';
import { id } from './common.ts';

/** What stands between two cells: spreadsheets in French open files with `;`, those in English files with `,`. */
const separator = z.enum([',', ';']).default(',');

export const recipientExportInput = recipientListInput.pick({ id: true, state: true }).extend({ separator });
export type RecipientExportInput = z.infer<typeof recipientExportInput>;

export const attemptExportInput = attemptListInput.omit({ limit: true, cursor: true }).extend({ separator });
export type AttemptExportInput = z.infer<typeof attemptExportInput>;

export const errorExportInput = z.object({ campaignId: id.optional(), separator });
export type ErrorExportInput = z.infer<typeof errorExportInput>;

/** The next lines of an export. Over REST the same text comes as `text/csv`. */
export const exportChunk = z.object({ csv: z.string(), rows: z.int() });
export type ExportChunk = z.infer<typeof exportChunk>;
