/**
 * Text from which `readExactly` makes the same value again, whatever it was: what JSON would change without a word
 * (dates, `undefined`, NaN, -0, maps, classes, ...) is refused (CCH-2).
 * @throws TypeError for a value that would not come back as it is
 */
export function writeExactly(value: unknown): string {
  check(value, new Set());
  return JSON.stringify(value);
}

/** The value of a text that `writeExactly` made. */
export function readExactly(text: string): unknown {
  return JSON.parse(text);
}

function check(value: unknown, above: Set<object>): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return;
      break;
    case 'object':
      if (value === null) return;
      if (!above.has(value) && isPlain(value)) {
        above.add(value);
        for (const part of Object.values(value)) check(part, above);
        above.delete(value);
        return;
      }
      break;
    default:
  }
  throw new TypeError('a value that JSON does not keep');
}

/** A list without holes or an object of own, visible, named properties, and nothing besides. */
function isPlain(value: object): boolean {
  const names = Reflect.ownKeys(value);
  if (Array.isArray(value)) {
    return Object.getPrototypeOf(value) === Array.prototype && names.length === value.length + 1;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return names.every((name) => {
    const property = Object.getOwnPropertyDescriptor(value, name);
    const isCode = name === 'toJSON' && typeof property?.value === 'function';
    return typeof name === 'string' && property?.enumerable === true && 'value' in property && !isCode;
  });
}
