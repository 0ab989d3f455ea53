import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { HOUR_MS } from '../core/days.ts';
import { createAudit, type Audit } from '../storage/audit.ts';
import { createLinePauses } from './linePauses.ts';

let engine: TestEngine;
let audit: Audit;
let notices: string[];
let linePauses: ReturnType<typeof createLinePauses>;
beforeEach(() => {
  engine = createTestEngine();
  audit = createAudit(engine.database, engine.clock);
  notices = [];
  linePauses = createLinePauses({
    ...{ pauses: engine.pauses, audit, locale: () => 'fr', labelOf: () => 'Paris', explain: (code) => code },
    notify: { notice: ({ body }) => notices.push(body) },
  });
});
afterEach(() => {
  engine.remove();
});
const audited = (): number => audit.list({ limit: 9 }).items.length;

it('a line is paused and told of once, however many of its messages were refused together (SND-5, SND-14)', () => {
  for (let request = 0; request < 4; request++) linePauses.pauseLine('line', 'http_401');
  expect([notices, audited()]).toEqual([['http_401'], 1]);
  linePauses.pauseMessage1('line', 'message:forbidden_first_message');
  expect(engine.pauses.list()).toMatchObject([
    { scope: 'line', id: 'line', reason: 'http_401', until: null },
    { scope: 'message_1', id: 'line', reason: 'message:forbidden_first_message' },
  ]);
  expect([notices.length, audited()]).toEqual([2, 2]);
  engine.pauses.lift({ scope: 'line', targetId: 'line' });
  linePauses.pauseLine('line', 'http_401');
  expect([notices.length, audited()]).toEqual([3, 3]);
});

it('a refusal outlasts the pause that the operator had set an end to (SND-14)', () => {
  engine.pauses.set({ scope: 'line', targetId: 'line', reason: 'operator', untilAt: engine.clock.now() + HOUR_MS });
  linePauses.pauseLine('line', 'http_401');
  expect(engine.pauses.list()).toMatchObject([{ reason: 'http_401', until: null }]);
});
