import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { MonitoringStats } from '../backend/contract/monitoring.ts';
import { UNKNOWN_STATUS, type Status } from './status.ts';
import { trayModel, type TrayIcon } from './trayModel.ts';

const IMAGES = path.join(import.meta.dirname, '../resources/tray');
const SPACE = '\u202f';

function stats(overrides: Partial<MonitoringStats> = {}): MonitoringStats {
  return {
    ...{ date: '2026-11-20', sent: 132, message1: 100, message2: 30, other: 2, errors: 0, limit: 180 },
    ...{ canSend: true, blockedReason: '', blockedMessage: '', alertLevel: 'ok', badge: false },
    ...{
      interactionRate: 0.3,
      remainingCapacity: 36,
      capacityWarning: false,
      heldForReplies: 0,
      errorRate: 0,
      errorAlert: false,
    },
    ...{
      rolling: { sent: 640, limit: 1000 },
      forecast: { exhaustedAt: null },
      paused: false,
      pauses: [],
      lines: [],
      clock: { heldUntil: null, offsetMinutes: null },
      shared: null,
    },
    ...{ unknown: 0, toResolve: 0, updatedAt: '2026-11-20T10:00:00.000Z' },
    ...overrides,
  };
}

function status(overrides: Partial<MonitoringStats> = {}, others: Partial<Status> = {}): Status {
  return { ...UNKNOWN_STATUS, stats: stats(overrides), lineState: 'online', ...others };
}

test.each<[string, Status, TrayIcon]>([
  ['before the backend answered', UNKNOWN_STATUS, 'offline'],
  ['ok', status(), 'ok'],
  ['attention', status({ alertLevel: 'attention' }), 'attention'],
  ['danger', status({ alertLevel: 'danger' }), 'danger'],
  ['blocked', status({ alertLevel: 'blocked' }), 'blocked'],
  ['paused, whatever the level', status({ alertLevel: 'danger', paused: true }), 'paused'],
  ['a line that is offline, even while paused', status({ paused: true }, { lineState: 'offline' }), 'offline'],
  ['a line whose state is not known yet', status({}, { lineState: 'unknown' }), 'ok'],
])('the icon of %s (DSK-2)', (_name, shown, icon) => {
  expect(trayModel(shown).icon).toBe(icon);
});

test('every icon has its images, coloured and as a template, in both sizes (DSK-2)', () => {
  const icons: TrayIcon[] = ['ok', 'attention', 'danger', 'blocked', 'paused', 'offline'];
  for (const icon of icons) {
    for (const suffix of ['', '@2x', 'Template', 'Template@2x']) {
      expect(existsSync(path.join(IMAGES, `${icon}${suffix}.png`)), `${icon}${suffix}`).toBe(true);
    }
  }
});

test('the menu begins with the figures in words, in French and in English (DSK-2, UI-6)', () => {
  expect(trayModel(status())).toMatchObject({
    tooltip: `Vigie${SPACE}: Normal, 132 / 180`,
    title: '132/180',
    figures: [
      `Normal${SPACE}: 132 messages sur 180 aujourd’hui`,
      `Sur 24 h${SPACE}: 640 sur 1${SPACE}000`,
      `Capacité restante${SPACE}: 36 contacts`,
    ],
  });
  expect(trayModel(status({}, { locale: 'en', demo: true }))).toMatchObject({
    tooltip: 'Vigie (demo): Normal, 132 / 180',
    figures: ['Normal: 132 messages of 180 today', 'Over 24 h: 640 of 1,000', 'Remaining capacity: 36 contacts'],
  });
});

test('the menu says why nothing leaves, and what waits for the operator (DSK-2, MON-2, SND-6)', () => {
  const blockedMessage = 'Limite quotidienne atteinte (180 sur 180).';
  expect(trayModel(status({ blockedMessage, toResolve: 2 })).figures.slice(3)).toEqual([
    blockedMessage,
    `À résoudre${SPACE}: 2`,
  ]);
  const pause = { scope: 'message_1', id: '', reason: '', until: null, since: '2026-11-20T10:00:00.000Z' } as const;
  expect(trayModel(status({ pauses: [pause] })).figures.at(-1)).toBe('Une partie des envois est en pause');
  expect(trayModel(status({}, { lineState: 'offline' })).figures.at(-1)).toMatch(/^Le fournisseur est injoignable/);
});

test('pause and resume are offered one at a time, and neither before there are figures (SND-14)', () => {
  expect(trayModel(status())).toMatchObject({ canPause: true, canResume: false });
  expect(trayModel(status({ paused: true }))).toMatchObject({ canPause: false, canResume: true });
  expect(trayModel(UNKNOWN_STATUS)).toMatchObject({ canPause: false, canResume: false });
});

test('a backend that is frozen says why, in place of figures (REL-2)', () => {
  const problem = 'Le fichier vigie.db est vide. Rien n’est envoyé.';
  expect(trayModel({ ...UNKNOWN_STATUS, problem })).toMatchObject({ icon: 'offline', figures: [problem] });
});
