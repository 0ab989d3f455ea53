/** A place in a message that each contact fills; `fallback` stands there when the contact has nothing to fill it with. */
export type TemplateVariable = { name: string; fallback: string | null };

export type ParsedTemplate = {
  /** Texts and variables in order; joined they are the message. */
  parts: (string | TemplateVariable)[];
  /** Each variable once, in order of first appearance; with two fallbacks it stands twice. */
  variables: TemplateVariable[];
};

/** `{{name}}` or `{{name|fallback}}` (CMP-3). Braces that are neither stay as they are. */
const VARIABLE = /\{\{([^{}|]*[^{}|\s][^{}|]*)(?:\|([^{}]*))?\}\}/g;

/** Reads a message's variables. Never fails: what is not a variable is text. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: ParsedTemplate['parts'] = [];
  const variables = new Map<string, TemplateVariable>();
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    const variable = { name: (match[1] ?? '').trim(), fallback: match[2]?.trim() ?? null };
    parts.push(variable);
    const key = JSON.stringify([comparableName(variable.name), variable.fallback]);
    if (!variables.has(key)) variables.set(key, variable);
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return { parts, variables: [...variables.values()] };
}

/**
 * The message with every variable filled: by the contact's value, else by the fallback, else by nothing.
 * Names are compared without case, accents and surplus spaces. Values are put in as they are, never read as templates.
 */
export function renderTemplate(text: string, values: Readonly<Record<string, string>>): string {
  const byName = new Map<string, string>();
  for (const [name, value] of Object.entries(values)) {
    const key = comparableName(name);
    if (value.trim() !== '' && !byName.has(key)) byName.set(key, value);
  }
  return parseTemplate(text)
    .parts.map((part) =>
      typeof part === 'string' ? part : (byName.get(comparableName(part.name)) ?? part.fallback ?? ''),
    )
    .join('');
}

/** Names of the variables that have no fallback and that no contact can fill, each once, as they are written. */
export function unknownVariables(text: string, known: readonly string[]): string[] {
  const fillable = new Set(known.map(comparableName));
  const unknown = new Map<string, string>();
  for (const { name, fallback } of parseTemplate(text).variables) {
    const key = comparableName(name);
    if (fallback === null && !fillable.has(key) && !unknown.has(key)) unknown.set(key, name);
  }
  return [...unknown.values()];
}

/** A variable's name without case, accents and surplus spaces: `Prénom` and `prenom` are one. */
export function comparableName(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}
