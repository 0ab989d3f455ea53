import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestCampaigns } from '../../tests/support/campaigns.ts';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';
import { createPauseService } from './pauseService.ts';

let engine: TestEngine;
beforeEach(() => {
  engine = createTestEngine();
});
afterEach(() => {
  engine.remove();
});

it('a pause that follows one whose time was over counts from its own beginning (SND-14)', () => {
  const { pauses, clock } = engine;
  const start = clock.now();
  pauses.set({ scope: 'all', reason: 'operator', untilAt: start + MINUTE_MS });
  clock.set(start + 1);
  pauses.set({ scope: 'all', reason: 'operator', untilAt: start + 2 * MINUTE_MS });
  expect(pauses.list()).toMatchObject([{ since: toIso(start), until: toIso(start + 2 * MINUTE_MS) }]);
  clock.set(start + HOUR_MS);
  expect(pauses.list()).toEqual([]);
  pauses.set({ scope: 'all', reason: 'operator' });
  expect(pauses.list()).toMatchObject([{ since: toIso(start + HOUR_MS), until: null }]);
});

it('a campaign that is paused until an hour goes on then, unless it was paused anew without one (SND-14)', () => {
  const host = createTestCampaigns();
  const { database, clock, campaigns, audit } = host;
  const { pauses, lines } = host.engine;
  const service = createPauseService({ ...{ database, pauses, lines, audit, campaigns, clock }, changed() {} });
  const { id } = host.started([host.contact()]);
  const until = clock.now() + HOUR_MS;
  service.pause({ scope: 'campaign', id, until: toIso(until) }, 'ops');
  expect(campaigns.get(id).status).toBe('paused');
  expect(pauses.list()).toMatchObject([{ scope: 'campaign', id, until: toIso(until) }]);
  expect(pauses.heldBack('line')).toBe('nothing');
  clock.set(until - 1);
  expect([host.launch.startDue(), host.acceptAll()]).toEqual([0, 0]);
  clock.set(until);
  expect([host.launch.startDue(), host.acceptAll()]).toEqual([1, 1]);
  service.pause({ scope: 'campaign', id, until: toIso(until + HOUR_MS) }, 'ops');
  campaigns.resume(id, 'ops');
  campaigns.pause(id, 'ops');
  clock.set(until + 2 * HOUR_MS);
  expect(host.launch.startDue()).toBe(0);
  const pause = (hours: number): void =>
    service.pause({ scope: 'campaign', id, until: toIso(until + hours * HOUR_MS) }, 'ops');
  expect(() => pause(3)).toThrow('wrong_campaign_status');
  campaigns.resume(id, 'ops');
  expect(() => pause(2)).toThrow('bad_request');
  expect(campaigns.get(id).status).toBe('running');
  expect(pauses.list()).toEqual([]);
  host.engine.remove();
});
