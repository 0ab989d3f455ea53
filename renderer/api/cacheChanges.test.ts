import type { InfiniteData } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../backend/contract/attempts.ts';
import type { Page } from '../../backend/contract/common.ts';
import type { MessageError } from '../../backend/contract/monitoring.ts';
import { someAttempt, someStats } from '../../tests/support/samples.ts';
import { withAttemptState, withError, withToday } from './cacheChanges.ts';

const zeros = { sent: 0, message1: 0, message2: 0, other: 0, errors: 0 };
const messageError = (id: string): MessageError => ({
  id,
  attemptId: 'attempt-1',
  code: 'timeout',
  message: '',
  phoneMasked: '',
  occurredAt: someStats.updatedAt,
});

describe('lists that follow live events', () => {
  it('puts a new error first, once, and keeps ten (MON-7)', () => {
    const ten = Array.from({ length: 10 }, (_, index) => messageError(`${index}`));
    const eleven = withError(ten, messageError('new'));
    expect(eleven.map(({ id }) => id)).toEqual(['new', '0', '1', '2', '3', '4', '5', '6', '7', '8']);
    expect(withError(eleven, messageError('new'))).toEqual(eleven);
  });

  it('moves the last day of the chart with the counters (MON-11)', () => {
    const days = [
      { date: '2026-11-19', ...zeros },
      { date: '2026-11-20', ...zeros },
    ];
    expect(withToday(days, someStats)?.map(({ sent }) => sent)).toEqual([0, someStats.sent]);
  });

  it('asks for the history again once the day has changed (MON-8)', () => {
    expect(withToday([{ date: '2026-11-19', ...zeros }], someStats)).toBeNull();
    expect(withToday([], someStats)).toBeNull();
  });

  it('changes the state of the attempt that is shown, and nothing when it is not', () => {
    const data: InfiniteData<Page<Attempt>> = {
      pageParams: [undefined],
      pages: [{ items: [someAttempt, { ...someAttempt, id: 'attempt-2' }], nextCursor: null }],
    };
    const changed = withAttemptState(data, 'attempt-2', 'sent');
    expect(changed.pages[0]?.items.map(({ state }) => state)).toEqual(['pending', 'sent']);
    expect(withAttemptState(data, 'attempt-3', 'sent')).toBe(data);
    expect(withAttemptState(changed, 'attempt-2', 'sent')).toBe(changed);
  });
});
