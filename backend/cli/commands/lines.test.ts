import { describe, expect, it, vi } from 'vitest';
import { runLine } from '../../../tests/support/commandLine.ts';
import { someLine } from '../../../tests/support/samples.ts';

describe('the commands of lines', () => {
  it('lines set gives what is named to the contract, and none takes away (SND-13)', async () => {
    const update = vi.fn(() => someLine);
    await runLine(
      [
        ...['lines', 'set', 'wassenger', '--per-minute', '12', '--gap', '500-2500', '--warmup', '20, 40,80'],
        ...['--quiet', '21:00-08:00', '--zone', 'Europe/Paris'],
      ],
      { lines: { update } },
    );
    expect(update).toHaveBeenLastCalledWith(
      {
        id: 'wassenger',
        sendsPerMinute: 12,
        gapMs: { min: 500, max: 2500 },
        warmupSteps: [20, 40, 80],
        quietHours: { from: '21:00', to: '08:00', timeZone: 'Europe/Paris' },
      },
      expect.anything(),
    );
    await runLine(['lines', 'set', 'wassenger', '--quiet', 'none'], { lines: { update } });
    expect(update).toHaveBeenLastCalledWith({ id: 'wassenger', quietHours: null }, expect.anything());
  });

  it.each([[['--gap', '500']], [['--zone', 'UTC']], [['--quiet', '25:00-08:00']], [['--warmup', '20,0']]])(
    'lines set refuses %o (SND-13)',
    async (options) => {
      const update = vi.fn(() => someLine);
      expect((await runLine(['lines', 'set', 'wassenger', ...options], { lines: { update } })).exitCode).toBe(2);
      expect(update).not.toHaveBeenCalled();
    },
  );

  it('lines list shows the pace of each line (SND-13)', async () => {
    const quietHours = { from: '21:00', to: '08:00', timeZone: 'Europe/Paris' };
    const warmup = { steps: [20, 40], startedDay: null };
    const { output } = await runLine(['lines', 'list'], {
      lines: { list: () => [{ ...someLine, quietHours, warmup }] },
    });
    expect(output).toMatch(/wassenger +Ligne principale +online +- +20,40 +21:00-08:00 Europe\/Paris/);
  });
});
