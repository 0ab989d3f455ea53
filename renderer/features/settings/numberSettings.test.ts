import { expect, it } from 'vitest';
import { settingsPatch } from '../../../backend/contract/workspace.ts';
import { numberIn, RANGES, type NumberSetting } from './numberSettings.ts';
import { wordsIn } from './stopWords.ts';

it('takes whole numbers within their range, and nothing else', () => {
  expect(numberIn('dailyLimit', ' 180 ')).toBe(180);
  for (const typed of ['', '0', '-1', '1.5', '1e3', '100001', 'abc', '１８０']) {
    expect(numberIn('dailyLimit', typed)).toBeNull();
  }
});

it('has the ranges of the contract', () => {
  for (const [setting, { min, max }] of Object.entries(RANGES) as [NumberSetting, { min: number; max: number }][]) {
    const accepted = (value: number): boolean => settingsPatch.safeParse({ [setting]: value }).success;
    expect([min - 1, min, max, max + 1].map(accepted)).toEqual([false, true, true, false]);
  }
});

it('reads stop words between commas, each once (SND-13)', () => {
  expect(wordsIn(' STOP, arrêt ,,STOP, ')).toEqual(['STOP', 'arrêt']);
  expect(wordsIn('')).toEqual([]);
});
