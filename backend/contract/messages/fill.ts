export type SentenceValues = Record<string, unknown>;

/** A text with `{name}` replaced by the value of that name; `{{...}}` stays as it is. */
export function fill(text: string, values: SentenceValues): string {
  return text.replace(/(?<!\{)\{(\w+)\}(?!\})/g, (_placeholder, name: string) => {
    const value = values[name];
    return value === undefined || value === null ? '' : Array.isArray(value) ? value.join(', ') : `${value as string}`;
  });
}
