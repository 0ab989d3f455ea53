import type { ClockStanding } from '../../contract/monitoring.ts';
import { defineCommand, type Command, type Text } from '../command.ts';

function describe({ heldUntil, offsetMinutes }: ClockStanding, text: Text): string {
  const held = heldUntil === null ? [] : [text('clock.held', { until: heldUntil })];
  const offset = offsetMinutes === null ? [] : [text('clock.offset', { minutes: offsetMinutes })];
  return [...held, ...offset].join('\n') || text('clock.right');
}

/** `clock show` and `clock reset`: the way out after a clock that was ahead by mistake (MON-8). */
export const clockCommands: Command[] = [
  defineCommand({
    name: 'clock show',
    options: {},
    async run(_values, { client, text }) {
      const { clock } = await client();
      const standing = await clock.get();
      return { data: standing, words: describe(standing, text) };
    },
  }),
  defineCommand({
    name: 'clock reset',
    options: {},
    async run(_values, { client, text }) {
      const { clock } = await client();
      const standing = await clock.reset();
      return { data: standing, words: describe(standing, text) };
    },
  }),
];
