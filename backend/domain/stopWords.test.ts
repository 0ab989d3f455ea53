import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_STOP_WORDS, isStop } from './stopWords.ts';

describe('stop words', () => {
  it.each([
    'STOP',
    'stop',
    ' Stop. ',
    'S.T.O.P !',
    'Arrêt',
    'arrêtez',
    'désabonner',
    'STOP 🛑',
    'Stop stop',
    '« stop »',
    'opt-out',
    'ＳＴＯＰ',
    'stop\u200b',
  ])('takes %j as a wish to receive nothing more (SND-13)', (text) => {
    expect(isStop(text, DEFAULT_STOP_WORDS)).toBe(true);
  });

  it.each([
    '',
    ' ',
    '!',
    '🛑',
    'non',
    'stop by tomorrow',
    'je ne veux pas arrêter',
    'stopover',
    'bus stop',
    'STOP ?non',
  ])('takes %j as an answer (SND-13)', (text) => {
    expect(isStop(text, DEFAULT_STOP_WORDS)).toBe(false);
  });

  it('uses the configured words only (SND-13)', () => {
    expect(isStop('basta', ['BASTA'])).toBe(true);
    expect(isStop('stop', ['BASTA'])).toBe(false);
    expect(isStop('stop', [])).toBe(false);
    expect(isStop('!', ['?', ''])).toBe(false);
  });

  it('does not depend on case, accents, punctuation and spaces around the word (SND-13)', () => {
    const words = DEFAULT_STOP_WORDS.flatMap((word) => [word, word.toLowerCase()]);
    const noise = fc.stringMatching(/^[ .,!?\-«»"'()*_\n]{0,6}$/);
    fc.assert(
      fc.property(fc.constantFrom(...words), noise, noise, (word, before, after) => {
        expect(isStop(before + word + after, DEFAULT_STOP_WORDS)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never takes a message with any other word (SND-13)', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DEFAULT_STOP_WORDS), fc.stringMatching(/^[b-df-z]{2,10}$/), (word, other) => {
        fc.pre(!isStop(other, DEFAULT_STOP_WORDS));
        expect(isStop(`${word} ${other}`, DEFAULT_STOP_WORDS)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
