import { expect, it } from 'vitest';
import { findLeaks, PLANTED_TEXT } from './hostLogs.ts';

it.each([
  ['a body', `{"msg":"refused","detail":"${PLANTED_TEXT} 3"}`, ['a text']],
  ['a phone', '{"msg":"sent","chat":"33639980001@c.us"}', ['a phone']],
  ['a phone as it is dialled', 'refused 0639980001', ['a phone']],
  ['a secret', 'calling http://127.0.0.1/webhooks/wassenger/a-secret-token', ['a secret']],
  ['a signed token', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYWRtaW4ifQ.abc-_1', ['a token']],
  ['nothing', '{"level":50,"line":"line","msg":"claim failed"}\nadmin http://127.0.0.1:41234', []],
])('finds %s in a log (I12)', (_what, log, kinds) => {
  const found = findLeaks(log, ['a-secret-token', '']);
  expect(found.map((line) => line.split(' in ')[0])).toEqual(kinds);
});
