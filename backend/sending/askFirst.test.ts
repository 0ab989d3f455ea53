import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestStore, createScriptedProvider, type ScriptedProvider } from '../../tests/support/engine.ts';
import { askFirst, createMayHaveLeft } from './askFirst.ts';
import type { LookupOutcome, OutgoingMessage } from './provider.ts';

const RESTORED_AT = 1_000_000;
const message: OutgoingMessage = {
  ...{ reference: 'campaign:contact:message_1', phone: '+33612345678', body: 'Bonjour', media: null, template: null },
  ...{ priority: 3, expiresAt: null },
};

describe('a message of before a restore (SND-6, REL-6)', () => {
  let provider: ScriptedProvider;
  beforeEach(() => {
    provider = createScriptedProvider();
  });
  const send = (mayHaveLeft = true) => askFirst(provider, () => mayHaveLeft).send(message);

  it('is sent when the provider does not have it', async () => {
    provider.onLookUp = () => ({ kind: 'absent' });
    expect((await send()).kind).toBe('accepted');
    expect(provider.sent).toEqual([message]);
  });

  it.each<[string, LookupOutcome]>([
    ['has it', { kind: 'found', providerIds: ['m1'], acceptedAt: 1, status: 'sent', code: '' }],
    ['gives no answer', { kind: 'unavailable', detail: '503' }],
  ])('is not sent when the provider %s: its outcome is unknown', async (_case, answer) => {
    provider.onLookUp = () => answer;
    expect(await send()).toMatchObject({ kind: 'unknown', code: 'sent_before_restore' });
    expect(provider.sent).toEqual([]);
  });

  it('is not sent on a line that cannot be asked', async () => {
    const asked = { ...provider, capabilities: { ...provider.capabilities, lookupByReference: false } };
    expect(await askFirst(asked, () => true).send(message)).toMatchObject({ kind: 'unknown' });
    expect(provider.sent).toEqual([]);
  });

  it('is not asked about when it is of later', async () => {
    provider.onLookUp = () => {
      throw new Error('asked');
    };
    expect((await send(false)).kind).toBe('accepted');
  });
});

describe('what may have left before a restore', () => {
  let folder: ReturnType<typeof createTestStore>;
  beforeEach(() => {
    folder = createTestStore();
    const { main } = folder.store;
    main.exec(`
      INSERT INTO lines (id, provider, label, created_at) VALUES ('line', 'simulator', '', 0);
      INSERT INTO campaigns (id, name, message_1, message_2, audience, started_at, created_at, updated_at) VALUES
        ('old', 'Old', '{}', '{}', '{}', ${RESTORED_AT - 1}, 0, 0), ('new', 'New', '{}', '{}', '{}', ${RESTORED_AT}, 0, 0)`);
    const insert = main.prepare(`
      INSERT INTO attempts (id, line_id, type, campaign_id, contact_id, phone, priority, max_attempts, reference, due_at,
        created_at, updated_at)
      VALUES (@id, 'line', @type, @campaign, @contact, '+33612345678', 3, 3, @id, @dueAt, @at, 0)`);
    const put = (id: string, campaign: string | null, at: number): void => {
      const type = campaign === null ? 'notification' : 'message_2';
      insert.run({ id, type, campaign, contact: campaign && id, at, dueAt: 0 });
    };
    put('notice-before', null, RESTORED_AT - 1);
    put('notice-after', null, RESTORED_AT);
    put('follow-up-of-an-old-campaign', 'old', RESTORED_AT + 1);
    put('follow-up-of-a-new-campaign', 'new', RESTORED_AT + 1);
    const first = { type: 'message_1', campaign: 'new', at: RESTORED_AT + 1 };
    insert.run({ ...first, id: 'first-of-a-launch-that-went-on', contact: 'a', dueAt: RESTORED_AT - 1 });
    insert.run({ ...first, id: 'first-of-a-new-campaign', contact: 'b', dueAt: RESTORED_AT });
  });
  afterEach(() => {
    folder.remove();
  });
  const found = (): string[] => {
    const mayHaveLeft = createMayHaveLeft(folder.store.main);
    const ids = folder.store.main.prepare<[], string>(`SELECT reference FROM attempts ORDER BY id`).pluck().all();
    return ids.filter((id) => mayHaveLeft(id));
  };

  it('is nothing where nothing was restored', () => {
    expect(found()).toEqual([]);
  });

  it('is what was made before it, every follow-up of a campaign that had begun, and all of a launch that had (I3, I4)', () => {
    folder.store.main.prepare(`INSERT INTO meta (key, value) VALUES ('restored_at', ?)`).run(String(RESTORED_AT));
    expect(found()).toEqual(['first-of-a-launch-that-went-on', 'follow-up-of-an-old-campaign', 'notice-before']);
  });
});
