import type { MessageTemplate } from '../contract/campaigns.ts';
import { renderTemplate, unknownVariables } from '../domain/template.ts';

/** Variables that every contact has without being given them. */
const BUILT_IN = ['name', 'nom', 'phone', 'telephone'] as const;

type Person = { name: string; phone: string; attributes: Record<string, string> };

/** What fills the variables of a contact's messages; its own attributes win over what every contact has. */
export function templateValues({ name, phone, attributes }: Person): Record<string, string> {
  const builtIn = { name, nom: name, phone, telephone: phone } satisfies Record<(typeof BUILT_IN)[number], string>;
  // Order matters: of two names that differ by case or accents only, the first one fills the variable.
  return Object.fromEntries([
    ...Object.entries(attributes),
    ...Object.entries(builtIn).filter(([key]) => (attributes[key] ?? '').trim() === ''),
  ]);
}

/** A campaign's message for one contact. */
export function personalise(message: MessageTemplate, person: Person) {
  const values = templateValues(person);
  const { template } = message;
  return {
    body: renderTemplate(message.body, values),
    media: message.media ?? null,
    template:
      template === undefined
        ? null
        : { ...template, parameters: template.parameters.map((parameter) => renderTemplate(parameter, values)) },
  };
}

/** Variables without a fallback that no contact can fill (CMP-3). */
export function unfillable(messages: readonly MessageTemplate[], attributeNames: readonly string[]): string[] {
  const known = [...attributeNames, ...BUILT_IN];
  const texts = messages.flatMap(({ body, template }) => [body, ...(template?.parameters ?? [])]);
  return [...new Set(texts.flatMap((text) => unknownVariables(text, known)))];
}
