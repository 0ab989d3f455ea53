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
    expect(output).toMatch(/wassenger +Ligne principale +active +online +- +20,40 +21:00-08:00 Europe\/Paris/);
  });

  const keys = (text: string) => ({ openFile: async () => new Blob([text]) });
  const WASSENGER = 'WASSENGER_API_KEY=key-0123456789\nWASSENGER_DEVICE_ID=5f4e3d2c1b0a5f4e3d2c1b0a\n';

  it('lines add reads the keys from a file, under the names of the environment variables (SND-12)', async () => {
    const add = vi.fn(() => ({ ...someLine, use: 'after_restart' as const }));
    const { output } = await runLine(
      ['lines', 'add', '--name', 'Paris', '--keys', 'paris.env'],
      { lines: { add } },
      keys(`${WASSENGER}WASSENGER_WEBHOOK_SECRET=secret-one,secret-two\n`),
    );
    expect(add).toHaveBeenCalledWith(
      {
        ...{ provider: 'wassenger', label: 'Paris', deviceId: '5f4e3d2c1b0a5f4e3d2c1b0a', apiKey: 'key-0123456789' },
        ...{ webhookSecrets: ['secret-one', 'secret-two'], baseUrl: 'https://api.wassenger.com/v1' },
        deliveryReports: true,
      },
      expect.anything(),
    );
    expect(output).toContain(someLine.webhookPath);
    expect(output).toContain('espace réel');
    expect(output).not.toContain('key-0123456789');
  });

  it.each([
    ['nothing of a line', 'REDIS_URL=redis://host'],
    ['two lines', `${WASSENGER}META_ACCESS_TOKEN=token-0123\n`],
  ])('lines add refuses a file that holds %s (SND-12)', async (_what, text) => {
    const add = vi.fn(() => someLine);
    const ran = await runLine(['lines', 'add', '--name', 'Paris', '--keys', 'x'], { lines: { add } }, keys(text));
    expect([ran.exitCode, add.mock.calls.length]).toEqual([2, 0]);
  });

  it('lines add says which key is missing, never its value (SND-12, SEC-4)', async () => {
    const ran = await runLine(
      ['lines', 'add', '--name', 'x', '--keys', 'x'],
      {},
      keys('META_ACCESS_TOKEN=token-0123\n'),
    );
    expect(ran.exitCode).toBe(2);
    expect(ran.errors).toContain('phoneNumberId');
    expect(ran.output + ran.errors).not.toContain('token-0123');
  });

  it('lines set changes keys, keeps the old secrets when asked to, renews the address, and switches the line (SND-12)', async () => {
    const update = vi.fn(() => someLine);
    const secrets = [
      { name: 'apiKey' as const, ending: '' },
      { name: 'webhookSecrets' as const, ending: '' },
    ];
    const list = () => [{ ...someLine, account: { ...someLine.account!, secrets } }];
    await runLine(
      ['lines', 'set', 'wassenger', '--keys', 'x', '--keep-secrets', '--new-webhook', '24', '--default', '--enable'],
      { lines: { list, update } },
      keys('WASSENGER_WEBHOOK_SECRET=new-secret\n'),
    );
    expect(update).toHaveBeenLastCalledWith(
      {
        ...{ id: 'wassenger', isDefault: true, disabled: false, renewWebhook: { keepFormerHours: 24 } },
        account: { webhookSecrets: ['new-secret', { keep: 0 }] },
      },
      expect.anything(),
    );
    await runLine(['lines', 'set', 'wassenger', '--disable', '--name', 'Lyon'], { lines: { update } });
    expect(update).toHaveBeenLastCalledWith({ id: 'wassenger', disabled: true, label: 'Lyon' }, expect.anything());
    expect((await runLine(['lines', 'set', 'x', '--enable', '--disable'], { lines: { update } })).exitCode).toBe(2);
  });

  it('lines test gives the plain sentence, and lines remove says what became of what waited (SND-12)', async () => {
    expect((await runLine(['lines', 'test', 'wassenger'])).output).toBe('La ligne répond.\n');
    const remove = vi.fn(async () => ({ moved: 3, cancelled: 0 }));
    const { output } = await runLine(['lines', 'remove', 'paris', '--move-to', 'lyon'], { lines: { remove } });
    expect(remove).toHaveBeenLastCalledWith({ id: 'paris', waiting: 'move', moveTo: 'lyon' }, 'cli');
    expect(output).toContain('3 messages déplacés');
    await runLine(['lines', 'remove', 'paris', '--cancel-waiting'], { lines: { remove } });
    expect(remove).toHaveBeenLastCalledWith({ id: 'paris', waiting: 'cancel' }, 'cli');
    await runLine(['lines', 'remove', 'paris'], { lines: { remove } });
    expect(remove).toHaveBeenLastCalledWith({ id: 'paris' }, 'cli');
  });
});
