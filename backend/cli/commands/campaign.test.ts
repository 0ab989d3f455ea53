import { describe, expect, it } from 'vitest';
import { runLine } from '../../../tests/support/commandLine.ts';
import { someCampaign } from '../../../tests/support/samples.ts';
import type { Campaign } from '../../contract/campaigns.ts';

describe('the commands of a big campaign', () => {
  it('campaign start waits for a list that is made in steps, and shows how far it is (UI-5)', async () => {
    const preparing = {
      ...{ ...someCampaign, status: 'preparing' as const, totalContacts: 700 },
      preparation: { done: 720, expected: 2_000, cancelling: false },
    };
    const line = ['campaign', 'start', 'campaign-1'];
    const start = (): typeof preparing => preparing;
    const whole = await runLine(line, { campaigns: { start, get: () => someCampaign } }, { isTerminal: true });
    expect(whole.errors).toContain('36 % : 700 messages prêts');
    expect(whole.output).toBe('Campagne « Novembre » : running, campaign-1.\n');
    const get = (): Campaign => ({ ...someCampaign, status: 'draft' });
    const cancelled = await runLine(line, { campaigns: { start, get } });
    expect(cancelled.exitCode).toBe(1);
    expect(cancelled.errors).toContain('de nouveau un brouillon (campaign-1)');
  });

  it('campaign cancel waits until what a launch has made is taken back (UI-5)', async () => {
    const preparation = { done: 0, expected: 40, cancelling: true };
    const cancel = (): Campaign => ({ ...someCampaign, status: 'preparing', preparation });
    const get = (): Campaign => ({ ...someCampaign, status: 'draft' });
    const line = ['campaign', 'cancel', 'campaign-1'];
    const { errors, output } = await runLine(line, { campaigns: { cancel, get } }, { isTerminal: true });
    expect(errors).toContain('40 messages à retirer');
    expect(output).toBe('Campagne « Novembre » : draft, campaign-1.\n');
  });
});
