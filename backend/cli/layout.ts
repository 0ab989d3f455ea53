/** Rows in columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Lines of a name and its value; those without a value are left out. */
export function sheet(entries: readonly (readonly [name: string, value: string | number | null])[]): string {
  return table(entries.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, String(value)]])));
}
