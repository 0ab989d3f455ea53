import { z } from 'zod';
import { id, instant, pageInput } from './common.ts';

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
  /** Part of a name, of an attribute's value or of a phone; several words may stand in different ones. */
  q: z.string().max(200).optional(),
  categoryId: id.optional(),
});
export type ContactListInput = z.infer<typeof contactListInput>;

/**
 * Both become the one with this id: what it leaves empty is filled from the other, which then goes. A dry run answers
 * with what would remain, and changes nothing.
 */
export const contactMerge = z.object({ id, otherId: id, dryRun: z.boolean().optional() });
export type ContactMerge = z.infer<typeof contactMerge>;

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
