import { defineCommand, type Text } from '../command.ts';
import { sheet, table } from '../layout.ts';
import { given, wholeNumber } from '../values.ts';
import type { DayCounts, MonitoringStats } from '../../contract/monitoring.ts';

export const stats = defineCommand({
  name: 'stats',
  options: { days: { type: 'string' } },
  async run({ days }, { client, text }) {
    const period = given({ days: wholeNumber('days', days) });
    const { monitoring } = await client();
    const history = await monitoring.history(period);
    const today = await monitoring.stats();
    return { data: { ...today, history }, words: `${describeToday(today, text)}\n\n${describeHistory(history, text)}` };
  },
});

function describeToday(today: MonitoringStats, text: Text): string {
  const { sent, limit, rolling } = today;
  return sheet([
    [text('stats.level'), text(`stats.level.${today.alertLevel}`)],
    [text('stats.sent'), text('stats.sent_of', { sent, limit })],
    [text('stats.rolling'), text('stats.sent_of', rolling)],
    [text('stats.capacity'), today.remainingCapacity],
    [text('stats.blocked'), today.blockedMessage || text(today.paused ? 'stats.paused' : 'stats.open')],
  ]);
}

function describeHistory(history: readonly DayCounts[], text: Text): string {
  const head = [
    text('stats.day'),
    text('stats.message1'),
    text('stats.message2'),
    text('stats.other'),
    text('stats.errors'),
  ];
  const rows = history.map(({ date, message1, message2, other, errors }) => [
    date,
    ...[message1, message2, other, errors].map(String),
  ]);
  return table([head, ...rows]);
}
