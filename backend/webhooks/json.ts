import { isUtf8 } from 'node:buffer';

/** Deeper nesting than any provider sends; it also keeps everything that walks a body from running out of stack. */
const DEEPEST = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `[` and `]` differ from `{` and `}` in this bit alone. */
const BRACE_BIT = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

export type ParsedBody = { json: unknown } | { problem: 'not_utf8' | 'too_deep' | 'malformed_json' };

/** Parses a body that came from outside. Keys such as `__proto__` become plain properties, as JSON.parse makes them. */
export function parseBody(body: Buffer): ParsedBody {
  if (!isUtf8(body)) return { problem: 'not_utf8' };
  if (isTooDeep(body)) return { problem: 'too_deep' };
  try {
    const text = body.toString('utf8');
    return { json: JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as unknown };
  } catch {
    return { problem: 'malformed_json' };
  }
}

/** Counts brackets outside of strings; works on bytes, since UTF-8 never hides one of these in another character. */
function isTooDeep(body: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if ((byte | BRACE_BIT) === OPENING) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if ((byte | BRACE_BIT) === CLOSING) depth -= 1;
  }
  return false;
}
