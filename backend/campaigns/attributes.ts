import { comparableName } from '../domain/template.ts';

/** The added values over the present ones; a name that differs by case or accents only is the same. */
export function mergeAttributes(
  present: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const keys = new Map(Object.keys(present).map((key) => [comparableName(key), key]));
  const renamed = Object.entries(added).map(([key, value]) => [keys.get(comparableName(key)) ?? key, value] as const);
  return Object.fromEntries([...Object.entries(present), ...renamed]);
}
