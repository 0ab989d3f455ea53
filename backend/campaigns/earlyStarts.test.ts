import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import { HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';

const PEOPLE = 750;
let host: TestCampaigns;
beforeAll(() => {
  host = createTestCampaigns({ durable: false });
});
afterAll(() => {
  host.engine.remove();
});
beforeEach(async () => {
  host.clear();
  await host.longWork.start();
});

/** A big campaign that is to start in two hours; its list is whole. */
async function scheduled(): Promise<{ id: string; startAt: number }> {
  const startAt = host.clock.now() + 2 * HOUR_MS;
  const contactIds = Array.from({ length: PEOPLE }, () => host.contact().id);
  const { id } = await host.launch.start(host.campaign({ contactIds, startAt: toIso(startAt) }).id, 'test');
  await host.preparation.idle();
  expect(host.campaigns.get(id)).toMatchObject({ status: 'scheduled', totalContacts: PEOPLE });
  return { id, startAt };
}
const dueAt = (at: number): number =>
  Number(host.database.prepare(`SELECT count(*) FROM attempts WHERE due_at = ?`).pluck().get(at));

describe('a big scheduled campaign that is started before its hour', () => {
  it('leaves at once; the times of its messages move in short steps, also after a crash (CMP-3, API-5, REL-1)', async () => {
    const { id, startAt } = await scheduled();
    host.later(HOUR_MS);
    const now = host.clock.now();
    await host.longWork.stop();
    expect(host.campaigns.start(id, 'test')).toMatchObject({ status: 'running', startAt: toIso(now) });
    expect([dueAt(now), dueAt(startAt)]).toEqual([500, PEOPLE - 500]);
    expect(host.acceptAll()).toBe(500);
    host.later(MINUTE_MS);
    const again = host.composedAnew(undefined);
    await again.longWork.start();
    await again.earlyStarts.idle();
    await again.longWork.stop();
    expect([dueAt(now), dueAt(startAt)]).toEqual([PEOPLE, 0]);
    expect(host.acceptAll()).toBe(PEOPLE - 500);
    expect(host.figures(id).kept).toMatchObject({ messagesSent: PEOPLE });
  });

  it('and paused meanwhile has all of them ready when it goes on (CMP-3, SND-14)', async () => {
    const { id } = await scheduled();
    host.campaigns.start(id, 'test');
    host.campaigns.pause(id, 'test');
    await host.earlyStarts.idle();
    expect(host.acceptAll()).toBe(0);
    host.campaigns.resume(id, 'test');
    expect(host.acceptAll()).toBe(PEOPLE);
  });

  it('moves nothing that waits for another try, and nothing of a campaign whose hour has not come (CMP-3, SND-5)', async () => {
    const { id } = await scheduled();
    const other = await scheduled();
    host.campaigns.start(id, 'test');
    const refused = host.claimed();
    host.engine.outcomes.refused(refused, { kind: 'refused', code: '500', class: 'retry', detail: '' });
    await host.earlyStarts.idle();
    expect(host.engine.store.get(refused.id)!.dueAt).toBeGreaterThan(host.clock.now());
    expect([dueAt(host.clock.now()), dueAt(other.startAt)]).toEqual([PEOPLE - 1, PEOPLE]);
  });

  it('with a clock that was set back since is not held back by it (CMP-3, MON-8)', async () => {
    const { id } = await scheduled();
    await host.longWork.stop();
    host.campaigns.start(id, 'test');
    host.clock.set(host.clock.now() - 10 * MINUTE_MS);
    await host.longWork.start();
    await host.earlyStarts.idle();
    expect(dueAt(host.clock.now())).toBe(PEOPLE);
  });
});
