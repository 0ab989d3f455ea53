import { z } from 'zod';
import { flag, id, instant, pageInput } from './common.ts';

const attributeKey = z
  .string()
  .min(1)
  .max(64)
  .refine((key) => !['__proto__', 'constructor', 'prototype'].includes(key));
export const attributes = z.record(attributeKey, z.string().max(2000));

export const contact = z.object({
  id,
  name: z.string(),
  phone: z.string(),
  attributes,
  categoryIds: z.array(id),
  optedOutAt: instant.nullable(),
  createdAt: instant,
  updatedAt: instant,
});
export type Contact = z.infer<typeof contact>;

export const contactInput = z.object({
  name: z.string().max(200).default(''),
  phone: z.string().min(1).max(40),
  attributes: attributes.default({}),
  categoryIds: z.array(id).max(100).default([]),
});
export type ContactInput = z.infer<typeof contactInput>;

export const contactPatch = z.object({
  id,
  name: z.string().max(200).optional(),
  phone: z.string().min(1).max(40).optional(),
  attributes: attributes.optional(),
  categoryIds: z.array(id).max(100).optional(),
});
export type ContactPatch = z.infer<typeof contactPatch>;

export const contactListInput = pageInput.extend({
  /** Part of a name or of a phone. */
  q: z.string().max(200).optional(),
  categoryId: id.optional(),
});
export type ContactListInput = z.infer<typeof contactListInput>;

/** Largest file that is read in one go. */
export const MAX_IMPORT_BYTES = 32 * 1024 * 1024;

export const importQuery = z.object({
  /** Name of a category; made when it does not exist. */
  category: z.string().min(1).max(100).optional(),
  /** Country of phones without an international prefix, ISO 3166 alpha-2. */
  country: z
    .string()
    .length(2)
    .transform((code) => code.toUpperCase())
    .optional(),
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
  imported: z.int(),
  /** Contacts that were there already, or stood twice in the file. */
  updated: z.int(),
  refused: z.array(refusedLine),
  /** Data lines in the file: imported + updated + refused. */
  total: z.int(),
  categoryId: id.nullable(),
  dryRun: z.boolean(),
});
export type ImportReport = z.infer<typeof importReport>;

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/);
export const category = z.object({
  id,
  name: z.string(),
  color: color.nullable(),
  contactCount: z.int(),
  createdAt: instant,
  updatedAt: instant,
});
export type Category = z.infer<typeof category>;
export const categoryInput = z.object({ name: z.string().trim().min(1).max(100), color: color.optional() });
export type CategoryInput = z.infer<typeof categoryInput>;
export const categoryPatch = z.object({
  id,
  name: z.string().trim().min(1).max(100).optional(),
  color: color.nullable().optional(),
});
export type CategoryPatch = z.infer<typeof categoryPatch>;

export const suppression = z.object({ phone: z.string(), reason: z.string(), createdAt: instant });
export type Suppression = z.infer<typeof suppression>;
