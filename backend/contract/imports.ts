import { z } from 'zod';
import { flag, id, instant, pageInput } from './common.ts';

/** Largest file that is sent in one go. */
export const MAX_IMPORT_BYTES = 512 * 1024 * 1024;
/** Largest part of a file that is sent in parts. */
export const MAX_PART_BYTES = 8 * 1024 * 1024;
/** Of the refused lines so many stand in the answer of an import; the report has them all. */
export const MOST_REFUSED_SHOWN = 1_000;

/** ISO 3166 alpha-2. */
const country = z
  .string()
  .length(2)
  .transform((code) => code.toUpperCase());
const categoryName = z.string().trim().min(1).max(100);

/** What a column of the file is. */
export const columnRole = z.enum([
  ...(['phone', 'name', 'first_name', 'last_name', 'attribute', 'category', 'opt_out', 'consent', 'ignore'] as const),
]);
export type ColumnRole = z.infer<typeof columnRole>;
/** One for each column, in order; without it the titles tell. */
const mapping = z.array(columnRole).max(500);

export const importQuery = z.object({
  /** Name of a category; made when it does not exist. */
  category: categoryName.optional(),
  /** Country of phones without an international prefix, ISO 3166 alpha-2. */
  country: country.optional(),
  dryRun: flag.optional(),
});
export type ImportQuery = z.infer<typeof importQuery>;

export const refusedLine = z.object({
  /** As a text editor counts: the header is line 1. */
  line: z.int(),
  /** `phone_missing`, `phone_invalid`, `too_many_columns`, ... */
  reason: z.string(),
  /** The same in the operator's language. */
  message: z.string(),
  value: z.string(),
});
export type RefusedLine = z.infer<typeof refusedLine>;

export const importReport = z.object({
  /** The import that this was; null for a dry run. */
  id: id.nullable(),
  imported: z.int(),
  /** Lines of contacts that were there already, or stood twice in the file. */
  updated: z.int(),
  /** The first 1,000 of them. */
  refused: z.array(refusedLine),
  refusedCount: z.int(),
  /** Data lines in the file: imported + updated + refusedCount. */
  total: z.int(),
  categoryId: id.nullable(),
  dryRun: z.boolean(),
});
export type ImportReport = z.infer<typeof importReport>;

export const importState = z.enum([
  ...(['uploading', 'ready', 'checking', 'checked', 'running', 'stopped', 'interrupted', 'failed', 'done'] as const),
  ...(['undoing', 'undone'] as const),
]);
export type ImportState = z.infer<typeof importState>;

/** An import and where it stands. */
export const contactImport = z.object({
  id,
  fileName: z.string(),
  state: importState,
  /** Bytes of the file. */
  size: z.int(),
  /** Lines read, of about so many. */
  total: z.int(),
  expectedTotal: z.int(),
  imported: z.int(),
  updated: z.int(),
  refused: z.int(),
  categoryId: id.nullable(),
  /** After an undo: contacts taken away, put back as they were, and left because they were used since. */
  removed: z.int(),
  restored: z.int(),
  kept: z.int(),
  canUndo: z.boolean(),
  canResume: z.boolean(),
  /** Why it failed, in the operator's language. */
  problem: z.string().nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});
export type ContactImport = z.infer<typeof contactImport>;

export const importCreate = z.object({ fileName: z.string().max(255), size: z.int().min(0).max(MAX_IMPORT_BYTES) });
export type ImportCreate = z.infer<typeof importCreate>;

export const importPart = z.object({
  query: z.object({ id, offset: z.coerce.number().int().min(0).max(MAX_IMPORT_BYTES) }),
  body: z.file().max(MAX_PART_BYTES),
});

export const importPreviewInput = z.object({ id, mapping: mapping.optional(), country: country.optional() });
export type ImportPreviewInput = z.infer<typeof importPreviewInput>;

const cells = z.array(z.string());
export const importPreview = z.object({
  encoding: z.enum(['utf-8', 'windows-1252', 'utf-16le', 'utf-16be']),
  delimiter: z.enum([',', ';', '\t']),
  header: cells,
  mapping: z.array(columnRole),
  /** The first lines: as they stand, and what would become of them. */
  rows: z.array(
    z.object({ line: z.int(), cells, phone: z.string().nullable(), name: z.string(), refusal: z.string().nullable() }),
  ),
});
export type ImportPreview = z.infer<typeof importPreview>;

export const importStart = z.object({
  id,
  category: categoryName.optional(),
  country: country.optional(),
  mapping: mapping.optional(),
  /** Reads the whole file and changes nothing but this import's figures. */
  dryRun: flag.optional(),
});
export type ImportStart = z.infer<typeof importStart>;

export const importListInput = pageInput;
export const refusedListInput = pageInput.extend({ id });
export type RefusedListInput = z.infer<typeof refusedListInput>;
