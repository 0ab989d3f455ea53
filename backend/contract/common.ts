import { z } from 'zod';

/** ISO 8601 instant in UTC with milliseconds. */
export const instant = z.iso.datetime();
/** UTC calendar day. */
export const day = z.iso.date();
export const id = z.string().min(1).max(64);
/** Query parameters arrive as text, RPC inputs as booleans. */
export const flag = z.union([z.boolean(), z.stringbool()]);

export const locale = z.enum(['fr', 'en']);
export type Locale = z.infer<typeof locale>;

/** What every list takes: at most `limit` rows after the one that `cursor` names. */
export const pageInput = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export type PageInput = z.infer<typeof pageInput>;

/** A page of a list; `nextCursor` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
export type Page<Item> = { items: Item[]; nextCursor: string | null };

export const byId = z.object({ id });
/** The answer of calls that give nothing back. */
export const done = z.object({ done: z.literal(true) });

/** Whether the platform knows a time zone by this name. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
export const timeZone = z.string().min(1).max(64).refine(isTimeZone);
