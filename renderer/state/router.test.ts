import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { href, hrefOfPage, parsePlace } from './router.ts';

describe('places', () => {
  it('reads a page, its detail and its filters', () => {
    expect(parsePlace('#/attempts/a1?state=unknown&q=%2B33')).toEqual({
      path: ['attempts', 'a1'],
      query: { state: 'unknown', q: '+33' },
    });
    expect(parsePlace('')).toEqual({ path: [], query: {} });
    expect(parsePlace('#/%')).toEqual({ path: ['%'], query: {} });
  });

  it('leaves empty filters out of links', () => {
    expect(href(['contacts'], { q: '', category: undefined })).toBe('#/contacts');
  });

  it('comes back from any link to the same place', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((segment) => segment.isWellFormed());
    fc.assert(
      fc.property(fc.array(text), fc.dictionary(text, text), (path, query) => {
        expect(parsePlace(href(path, query))).toEqual({ path, query: { ...query } });
      }),
      { numRuns: 1000 },
    );
  });

  it('takes a page named by a notification or a deep link as a place of the interface, never as an address', () => {
    expect(hrefOfPage('/campaigns/c1')).toBe('#/campaigns/c1');
    expect(hrefOfPage('/resolve?x=1')).toBe('#/resolve?x=1');
    expect(hrefOfPage('javascript:alert(1)')).toBe('#/javascript%3Aalert(1)');
    expect(hrefOfPage('https://example.org/a')).toBe('#/https%3A/example.org/a');
  });
});
