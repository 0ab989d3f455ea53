import { expect, it } from 'vitest';
import { askOnce } from './passphrase.ts';

it('one answer serves every start, until it is wrong because the passphrase was changed (DSK-6)', async () => {
  const given = ['first', 'second'];
  let questions = 0;
  const ask = askOnce((isWrong) => {
    questions++;
    return Promise.resolve(isWrong ? null : (given.shift() ?? null));
  });
  expect([await ask?.(false), await ask?.(false), questions]).toEqual(['first', 'first', 1]);
  expect([await ask?.(true), questions]).toEqual(['second', 2]);
  // That one was typed just now: a wrong one is not asked for again.
  expect([await ask?.(true), await ask?.(false), questions]).toEqual([null, 'second', 2]);
});

it('a first answer that is wrong is not asked for again (DSK-6)', async () => {
  const ask = askOnce(() => Promise.resolve('wrong'));
  expect([await ask?.(false), await ask?.(true)]).toEqual(['wrong', null]);
});
