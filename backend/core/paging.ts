/**
 * Position in a list that is ordered by several columns, as an opaque text.
 * @param values the last row's values of the columns it is ordered by
 */
export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The values of a cursor, or null when the text is not one with exactly these types. */
export function decodeCursor<Kinds extends readonly ('string' | 'number')[]>(
  cursor: string,
  kinds: Kinds,
): { [Index in keyof Kinds]: Kinds[Index] extends 'string' ? string : number } | null {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(values) || values.length !== kinds.length) return null;
  if (!kinds.every((kind, index) => typeof values[index] === kind)) return null;
  return values as { [Index in keyof Kinds]: Kinds[Index] extends 'string' ? string : number };
}

/** Cuts a list that was read with one row more than asked into a page and the cursor of its last row. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  convert: { item(row: Row): Item; position(row: Row): readonly (string | number)[] },
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => convert.item(row)),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(convert.position(last)) : null,
  };
}
