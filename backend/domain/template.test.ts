import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate, renderTemplate, unknownVariables } from './template.ts';

describe('template', () => {
  it('fills variables, and puts the fallback where a contact has nothing (CMP-3)', () => {
    const text = '{{prenom|Bonjour}}, votre colis {{ numéro }} arrive.';
    expect(renderTemplate(text, { prenom: 'Awa', numéro: '42' })).toBe('Awa, votre colis 42 arrive.');
    expect(renderTemplate(text, { prenom: ' ', numéro: '42' })).toBe('Bonjour, votre colis 42 arrive.');
    expect(renderTemplate(text, {})).toBe('Bonjour, votre colis  arrive.');
  });

  it('compares names without case and accents (CMP-3)', () => {
    expect(
      renderTemplate('{{PRÉNOM}} {{ville}} {{code  postal}}', { prenom: 'Zoé', Ville: 'Évry', 'Code Postal': '9' }),
    ).toBe('Zoé Évry 9');
  });

  it('lets an empty fallback stand for nothing, and a bar stand in a fallback (CMP-3)', () => {
    expect(renderTemplate('a{{x|}}b{{y|c|d}}', {})).toBe('abc|d');
    expect(unknownVariables('a{{x|}}b', [])).toEqual([]);
  });

  it.each(['{{}}', '{{ }}', '{{|a}}', '{a}', '{{a', 'a}}', '{{a{b}}', '{ {a} }'])(
    'leaves %j as it is (CMP-3)',
    (text) => {
      expect(renderTemplate(text, { a: '1', b: '2' })).toBe(text);
      expect(parseTemplate(text).variables).toEqual([]);
    },
  );

  it('never reads a value as a template or as a pattern (CMP-3)', () => {
    expect(renderTemplate('{{a}} {{b}}', { a: '{{b}}', b: '$& $1' })).toBe('{{b}} $& $1');
    expect(renderTemplate('{{__proto__}}{{constructor}}', {})).toBe('');
  });

  it('lists variables in order, each once (CMP-3)', () => {
    expect(parseTemplate('{{A}} {{a}} {{b|x}} {{b|y}} {{b|x}}').variables).toEqual([
      { name: 'A', fallback: null },
      { name: 'b', fallback: 'x' },
      { name: 'b', fallback: 'y' },
    ]);
  });

  it('names the variables without a fallback that no contact can fill (CMP-3)', () => {
    expect(unknownVariables('{{Prénom}} {{nom}} {{NOM}} {{ville|Paris}} {{âge}}', ['prenom', 'age'])).toEqual(['nom']);
  });

  it('leaves text without variables as it is, whatever it is (CMP-3)', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => !text.includes('{{')),
        (text) => {
          expect(renderTemplate(text, { a: 'b' })).toBe(text);
          expect(parseTemplate(text).parts).toEqual(text === '' ? [] : [text]);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('puts every value exactly where its variable stands (CMP-3)', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const plain = fc.string({ unit: 'binary' }).filter((text) => !/[{}]/.test(text));
    const filled = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, name)), fc.dictionary(name, filled), (pieces, values) => {
        const text = pieces.map(([before, variable]) => `${before}{{${variable}|?}}`).join('');
        const expected = pieces.map(([before, variable]) => before + (values[variable] ?? '?')).join('');
        expect(renderTemplate(text, values)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers hostile texts in linear time (CMP-3)', () => {
    for (const text of [
      '{{'.repeat(50_000),
      '{{a'.repeat(50_000),
      `{{${'a'.repeat(100_000)}`,
      `{{${' '.repeat(100_000)}`,
    ]) {
      expect(renderTemplate(text, {})).toBe(text);
    }
  });
});
