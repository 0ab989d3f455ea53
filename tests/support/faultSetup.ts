import { afterEach, beforeEach, expect } from 'vitest';
import { addToSummary, citedIn } from './faultSummary.ts';
import { takeLeaks } from './hostLogs.ts';
import { takePlayed } from './repetitions.ts';

/** Around every fault test: what it did goes to the summary of a long run. */
beforeEach(({ task, onTestFinished }) => {
  takePlayed();
  const startedAt = performance.now();
  onTestFinished(() => {
    const file = process.env['VIGIE_FAULTS_SUMMARY'];
    if (file === undefined) return;
    const played = takePlayed();
    addToSummary(file, {
      ...{ title: task.name, ...citedIn(task.name) },
      ...{ rounds: played?.rounds ?? 1, seeds: played?.seeds ?? null },
      seconds: Math.round(performance.now() - startedAt) / 1000,
      failed: task.result?.state === 'fail',
    });
  });
});

/** I12: whatever befell a host, no secret, phone or body is in what it wrote. */
afterEach(() => {
  expect(takeLeaks(), 'written by a host').toEqual([]);
});
