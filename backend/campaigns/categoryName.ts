/** What two names of one category have in common: they differ by case, or by how an accent is written (CMP-2). */
export function comparableCategory(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** SQLite compares these by itself: it knows no case of letters with accents. */
export function isPlainName(name: string): boolean {
  return /^[ -~]*$/.test(name);
}
