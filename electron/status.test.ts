import { expect, test, vi } from 'vitest';
import type { LiveEvent } from '../backend/contract/liveEvents.ts';
import type { MonitoringStats } from '../backend/contract/monitoring.ts';
import type { Settings } from '../backend/contract/workspace.ts';
import type { BackendClient } from './backend.ts';
import { followStatus, type Status } from './status.ts';

const figures = (sent: number, updatedAt: string): MonitoringStats => ({ sent, updatedAt }) as MonitoringStats;
const settings = (locale: 'fr' | 'en'): Settings =>
  ({ locale, demo: false, lines: [] as Settings['lines'] }) as Settings;

function backend(answers: { stats: () => Promise<MonitoringStats>; settings: () => Promise<Settings> }) {
  let tell: (event: LiveEvent) => void = () => {};
  const stop = vi.fn();
  return {
    client: { monitoring: { stats: answers.stats }, settings: { get: answers.settings } } as unknown as BackendClient,
    events: {
      on(listener: (event: LiveEvent) => void) {
        tell = listener;
        return stop;
      },
    },
    tell: (event: LiveEvent) => {
      tell(event);
    },
    stop,
  };
}

test('figures that overtake the answer to the first question are kept (MON-11)', async () => {
  const answer = Promise.withResolvers<MonitoringStats>();
  const fake = backend({ stats: () => answer.promise, settings: async () => settings('fr') });
  const seen: Status[] = [];
  const following = followStatus(fake, (status) => seen.push(status), vi.fn());
  fake.tell({ type: 'stats', stats: figures(8, '2026-11-20T10:00:01.000Z') });
  answer.resolve(figures(7, '2026-11-20T10:00:00.000Z'));
  (await following)();
  expect(seen.at(-1)?.stats?.sent).toBe(8);
  expect(fake.stop).toHaveBeenCalledOnce();
});

test('a change of the settings changes the language (UI-6)', async () => {
  const get = vi.fn(async () => settings('fr'));
  const fake = backend({ stats: async () => figures(0, '2026-11-20T10:00:00.000Z'), settings: get });
  const onChange = vi.fn<(status: Status) => void>();
  await followStatus(fake, onChange, vi.fn());
  get.mockResolvedValue(settings('en'));
  fake.tell({ type: 'changed', what: 'campaigns' });
  fake.tell({ type: 'changed', what: 'settings' });
  await vi.waitFor(() => {
    expect(onChange.mock.lastCall?.[0].locale).toBe('en');
  });
  expect(get).toHaveBeenCalledTimes(2);
});

test('a backend that refuses leaves its reason, until figures come (REL-2)', async () => {
  const refuse = async (): Promise<never> => {
    throw new Error('Le fichier vigie.db est vide.');
  };
  const fake = backend({ stats: refuse, settings: refuse });
  const onChange = vi.fn<(status: Status) => void>();
  const report = vi.fn();
  await followStatus(fake, onChange, report);
  expect(onChange.mock.lastCall?.[0]).toMatchObject({ stats: null, problem: 'Le fichier vigie.db est vide.' });
  expect(report).toHaveBeenCalledOnce();
  fake.tell({ type: 'stats', stats: figures(1, '2026-11-20T10:00:00.000Z') });
  expect(onChange.mock.lastCall?.[0]).toMatchObject({ problem: null, stats: { sent: 1 } });
});
