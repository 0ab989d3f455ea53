const NARROW_NO_BREAK_SPACE = '\u202f';

/** French typography: a narrow no-break space before `; : ! ? %` and inside quotation marks. */
export function frenchSpacing(text: string): string {
  return text.replace(/ (?=[;:!?%»])/g, NARROW_NO_BREAK_SPACE).replace(/« /g, `«${NARROW_NO_BREAK_SPACE}`);
}

type Tree = { readonly [key: string]: string | Tree };

/** The same texts with `change` applied to each; `_other` stands for `_many` too, French's plural for millions. */
export function prepare<Source extends Tree>(tree: Source, change: (text: string) => string): Source {
  return prepared(tree, change) as Source;
}

function prepared(tree: Tree, change: (text: string) => string): Tree {
  const entries = Object.entries(tree).flatMap(([key, value]): [string, string | Tree][] => {
    if (typeof value !== 'string') return [[key, prepared(value, change)]];
    const text = change(value);
    if (!key.endsWith('_other')) return [[key, text]];
    return [
      [key, text],
      [key.replace(/_other$/, '_many'), text],
    ];
  });
  return Object.fromEntries(entries);
}
