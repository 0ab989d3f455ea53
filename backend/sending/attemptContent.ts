import type { Media, Template } from '../contract/attempts.ts';
import { isSealed, type BodyCipher } from '../storage/encryption/bodyCipher.ts';

declare const stored: unique symbol;
/** A column of text as it stands in the file: perhaps sealed, so nothing to show or to send. */
export type StoredText = { readonly [stored]: 'text' };

/** What a message says and what comes along with it. */
export type AttemptContent = {
  body: string | null;
  media: Media | null;
  template: Template | null;
  title: string | null;
  context: Record<string, unknown> | null;
};
export type StoredContent = Record<keyof AttemptContent, StoredText | null>;

const NAMES = ['body', 'media', 'template', 'title', 'context'] as const;
/** Columns that hold JSON also when they are sealed. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(['media', 'template', 'context']);
const TABLE = 'attempts';

const asText = (column: StoredText): string => column as unknown as string;
const asStored = (text: string): StoredText => text as unknown as StoredText;

/** Puts the content of a message into the form in which it lies in the file: all of it sealed, or none (SEC-3). */
export function storeContent(
  cipher: BodyCipher,
  { id, type }: { id: string; type: string },
  content: AttemptContent,
): StoredContent {
  const clear = NAMES.map((name) => [name, asClearText(name, content)] as const);
  const seals = cipher.mustSeal(type) || clear.some(([, text]) => text !== null && isSealed(text));
  const columns = clear.map(([name, text]) => {
    if (text === null) return [name, null];
    if (!seals) return [name, asStored(text)];
    const sealed = cipher.seal(text, [TABLE, id, name]);
    return [name, asStored(JSON_COLUMNS.has(name) ? JSON.stringify(sealed) : sealed)];
  });
  return Object.fromEntries(columns) as StoredContent;
}

function asClearText(name: keyof AttemptContent, content: AttemptContent): string | null {
  const value = content[name];
  return value === null || typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The content of a message, in clear.
 * @throws VigieError `body_unreadable` when it was changed, comes from another row, or its key is missing
 */
export function openContent(cipher: BodyCipher, row: StoredContent & { id: string }): AttemptContent {
  const open = (name: keyof AttemptContent): string | null => openColumn(cipher, row, name);
  return {
    body: open('body'),
    media: parsed(open('media')),
    template: parsed(open('template')),
    title: open('title'),
    context: parsed(open('context')),
  };
}

/** One column in clear. @throws VigieError `body_unreadable` */
export function openColumn(
  cipher: BodyCipher,
  row: StoredContent & { id: string },
  name: keyof AttemptContent,
): string | null {
  const column = row[name];
  if (column === null) return null;
  return cipher.open(sealedPart(name, asText(column)), [TABLE, row.id, name]);
}

/** Sealed JSON stands in quotation marks; clear JSON here is always an object. */
function sealedPart(name: string, text: string): string {
  return JSON_COLUMNS.has(name) && text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

function parsed<Value>(json: string | null): Value | null {
  return json === null ? null : (JSON.parse(json) as Value);
}

/**
 * The columns of a message as they have to stand under the key in use; null when they do so already.
 * @throws VigieError `body_unreadable`
 */
export function renewContent(
  cipher: BodyCipher,
  row: StoredContent & { id: string; type: string },
): StoredContent | null {
  const texts = NAMES.flatMap((name) => {
    const column = row[name];
    return column === null ? [] : [sealedPart(name, asText(column))];
  });
  const seals = cipher.mustSeal(row.type) || texts.some((text) => isSealed(text));
  if (!seals || texts.every((text) => cipher.isCurrent(text))) return null;
  return storeContent({ ...cipher, mustSeal: () => true }, row, openContent(cipher, row));
}
