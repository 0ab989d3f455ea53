import { describe, expect, it, vi } from 'vitest';
import { runLine } from '../../tests/support/commandLine.ts';
import { someAttempt, someCampaign, someCategory, someContact, someWebhookEvent } from '../../tests/support/samples.ts';
import { stubServices } from '../../tests/support/stubServices.ts';

describe('token create', () => {
  it('prints the token alone (SEC-2)', async () => {
    const { output, createToken } = await runLine(['token', 'create', '--role', 'super_admin', '--expires', '7d']);
    expect(output).toBe('aaa.bbb.ccc\n');
    expect(createToken).toHaveBeenCalledWith({}, { role: 'super_admin', expiresInMs: 604_800_000 });
    expect(JSON.parse((await runLine(['token', 'create', '--json'])).output)).toEqual({
      token: 'aaa.bbb.ccc',
      expiresAt: '2026-11-20T20:00:00.000Z',
    });
  });
});

describe('commands', () => {
  it('stats shows today and the history (MON-7)', async () => {
    const day = { date: '2026-11-20', sent: 132, message1: 100, message2: 30, other: 2, errors: 3 };
    const history = vi.fn(() => [day]);
    const { output } = await runLine(['stats', '--days', '30'], { monitoring: { history } });
    expect(history).toHaveBeenCalledWith(30);
    expect(output).toMatch(/Envoyés aujourd’hui +132 sur 180/);
    expect(output).toMatch(/2026-11-20 +100 +30 +2 +3/);
    const { output: json } = await runLine(['stats', '--json'], { monitoring: { history } });
    expect(JSON.parse(json)).toMatchObject({ sent: 132, limit: 180, history: [day] });
  });

  it('send gives every option to the contract and leaves the others to its defaults (SND-1)', async () => {
    const send = vi.fn(stubServices().messages.send);
    const line = ['send', '--to', '+33612345678', '--body', 'Bonjour'];
    await runLine([...line], { messages: { send } });
    expect(send).toHaveBeenLastCalledWith({
      to: '+33612345678',
      body: 'Bonjour',
      type: 'notification',
      priority: 3,
      whenPossible: false,
    });
    const options = ['--type', 'otp', '--priority', '1', '--title', 'T', '--category', 'C', '--line', 'L'];
    const more = [
      '--send-at',
      '2026-11-21T08:00:00.000Z',
      '--idempotency-key',
      'k',
      '--max-attempts',
      '2',
      '--when-possible',
    ];
    await runLine([...line, ...options, ...more], { messages: { send } });
    expect(send).toHaveBeenLastCalledWith({
      ...{ to: '+33612345678', body: 'Bonjour', type: 'otp', priority: 1, title: 'T', category: 'C', line: 'L' },
      ...{ sendAt: '2026-11-21T08:00:00.000Z', idempotencyKey: 'k', maxAttempts: 2, whenPossible: true },
    });
  });

  it('send says when the key was known (SND-7)', async () => {
    const send = () => ({ attempt: someAttempt, known: true });
    const { output } = await runLine(['send', '--to', '+33612345678', '--body', 'x'], { messages: { send } });
    expect(output).toBe('Cette clé désigne déjà le message attempt-1 (pending).\n');
  });

  it('campaign create finds categories by name, whatever their case, on every page', async () => {
    const create = vi.fn(() => someCampaign);
    const list = ({ cursor }: { cursor?: string | undefined }) =>
      cursor === undefined
        ? { items: [someCategory], nextCursor: 'next' }
        : { items: [{ ...someCategory, id: 'category-2', name: 'Été' }], nextCursor: null };
    const line = [
      'campaign',
      'create',
      '--name',
      'N',
      '--message1',
      'Bonjour {{prenom|à vous}}',
      '--message2',
      'Merci',
    ];
    const services = { campaigns: { create }, categories: { list } };
    const { exitCode } = await runLine(
      [...line, '--category', 'été', '--category', 'category-1', '--per-minute', '5'],
      services,
    );
    expect(exitCode).toBe(0);
    expect(create).toHaveBeenCalledWith({
      ...{ name: 'N', message1: { body: 'Bonjour {{prenom|à vous}}' }, message2: { body: 'Merci' } },
      ...{ categoryIds: ['category-2', 'category-1'], contactIds: [], sendsPerMinute: 5 },
    });
    const unknown = await runLine([...line, '--category', 'Autre'], services);
    expect([unknown.exitCode, unknown.errors]).toEqual([
      1,
      'La catégorie « Autre » n’existe pas. Catégories : Clients, Été.\n',
    ]);
  });

  it.each(['start', 'pause', 'resume', 'cancel'] as const)('campaign %s acts as `cli` (SND-8)', async (action) => {
    const call = vi.fn((_id: string, _actor: string) => someCampaign);
    const { output } = await runLine(['campaign', action, 'campaign-1'], { campaigns: { [action]: call } });
    expect(call).toHaveBeenCalledWith('campaign-1', 'cli');
    expect(output).toBe('Campagne « Novembre » : running, campaign-1.\n');
  });

  it('contacts add, edit, show and remove give the contract what was written (CMP-1)', async () => {
    const create = vi.fn(() => someContact);
    const line = [
      'contacts',
      'add',
      '--phone',
      '0612345678',
      '--name',
      'Awa',
      '--category',
      'clients',
      '--set',
      'ville=Lyon=2',
    ];
    const added = await runLine(line, { contacts: { create } });
    expect([added.exitCode, added.output]).toEqual([0, 'Contact ajouté : contact-1.\n']);
    expect(create).toHaveBeenCalledWith({
      ...{ phone: '0612345678', name: 'Awa', attributes: { ville: 'Lyon=2' }, categoryIds: ['category-1'] },
    });
    const update = vi.fn(() => someContact);
    const get = () => ({ ...someContact, attributes: { ville: 'Lyon', age: '30' } });
    await runLine(['contacts', 'edit', 'contact-1', '--set', 'ville=Nice'], { contacts: { update, get } });
    expect(update).toHaveBeenCalledWith({ id: 'contact-1', attributes: { ville: 'Nice', age: '30' } });
    expect((await runLine(['contacts', 'show', 'contact-1'])).output).toMatch(/Téléphone +\+33612345678/);
    const remove = vi.fn();
    const removed = await runLine(['contacts', 'remove', 'contact-1', '--json'], { contacts: { remove } });
    expect(JSON.parse(removed.output)).toEqual({ id: 'contact-1', removed: true });
    expect(remove).toHaveBeenCalledWith('contact-1');
  });

  it('contacts list searches in a category that is named as people write it', async () => {
    const list = vi.fn(() => ({ items: [someContact], nextCursor: null }));
    const { output } = await runLine(['contacts', 'list', '--search', 'awa', '--category', 'CLIENTS'], {
      contacts: { list },
    });
    expect(list).toHaveBeenCalledWith({ q: 'awa', categoryId: 'category-1', limit: 50 });
    expect(output).toMatch(/contact-1 +\+33612345678 +Awa/);
  });

  it('contacts merge says what stays, and a dry run asks for no more than that (CMP-1, SND-10)', async () => {
    const merge = vi.fn(() => someContact);
    const line = ['contacts', 'merge', 'contact-1', 'contact-2'];
    const tried = await runLine([...line, '--dry-run'], { contacts: { merge } });
    expect(tried.output).toMatch(/^Simulation, rien n’est changé[^]*Téléphone +\+33612345678/);
    expect(merge).toHaveBeenLastCalledWith({ id: 'contact-1', otherId: 'contact-2', dryRun: true }, 'cli');
    expect((await runLine(line, { contacts: { merge } })).output).toMatch(/^Contacts fusionnés : contact-1 reste/);
    expect(merge).toHaveBeenLastCalledWith({ id: 'contact-1', otherId: 'contact-2', dryRun: false }, 'cli');
  });

  it('answers list finds those of unknown senders among all that found no match (CMP-8)', async () => {
    const events = [
      { ...someWebhookEvent, id: '1', verdict: 'unmatched' as const, reason: 'unknown_message' },
      { ...someWebhookEvent, id: '2', verdict: 'unmatched' as const, reason: 'hidden_sender' },
      { ...someWebhookEvent, id: '3', verdict: 'unmatched' as const, reason: 'unknown_contact' },
    ];
    const list = vi.fn(({ limit, cursor }: { limit: number; cursor?: string | undefined }) => {
      const end = Number(cursor ?? 0) + Math.min(limit, 1);
      return { items: events.slice(end - 1, end), nextCursor: end < events.length ? String(end) : null };
    });
    const { output } = await runLine(['answers', 'list', '--json'], { webhookEvents: { list } });
    expect(JSON.parse(output)).toMatchObject({ items: [{ id: '2' }, { id: '3' }], nextCursor: null });
    expect(list).toHaveBeenCalledWith({ verdict: 'unmatched', limit: 50 });
    const first = await runLine(['answers', 'list', '--limit', '1'], { webhookEvents: { list } });
    expect(first.output).toContain('Suite : --cursor 2');
    expect((await runLine(['answers', 'list'])).output).toBe('Rien à afficher.\n');
  });

  it('answers assign takes a contact by its id or its phone, and says what came of it (CMP-8)', async () => {
    const assign = vi.fn(() => ({ ...someWebhookEvent, verdict: 'applied' as const }));
    const { output } = await runLine(['answers', 'assign', '7', '--contact', 'contact-2'], {
      webhookEvents: { assign },
    });
    expect(output).toBe('Réponse attribuée : applied.\n');
    expect(assign).toHaveBeenLastCalledWith({ id: '7', contactId: 'contact-2' }, 'cli');
    await runLine(['answers', 'assign', '7', '--contact', '06 12 34 56 78'], { webhookEvents: { assign } });
    expect(assign).toHaveBeenLastCalledWith({ id: '7', contactId: 'contact-1' }, 'cli');
    const list = () => ({ items: [someContact, { ...someContact, id: 'contact-2' }], nextCursor: null });
    const unclear = await runLine(['answers', 'assign', '7', '--contact', '06 12'], { contacts: { list } });
    expect([unclear.exitCode, unclear.errors]).toEqual([1, expect.stringContaining('06 12')]);
    expect((await runLine(['answers', 'assign', '7'])).exitCode).toBe(2);
  });

  it('categories are added, changed and removed by their names (CMP-2)', async () => {
    const create = vi.fn(() => someCategory);
    await runLine(['categories', 'add', '--name', 'Clients', '--color', '#112233'], { categories: { create } });
    expect(create).toHaveBeenCalledWith({ name: 'Clients', color: '#112233' });
    const update = vi.fn(() => someCategory);
    await runLine(['categories', 'edit', 'clients', '--name', 'Amis'], { categories: { update } });
    expect(update).toHaveBeenCalledWith({ id: 'category-1', name: 'Amis' });
    const remove = vi.fn();
    await runLine(['categories', 'remove', 'clients'], { categories: { remove } });
    expect(remove).toHaveBeenCalledWith('category-1');
    expect((await runLine(['categories', 'list'])).output).toMatch(/category-1 +1 +Clients/);
  });

  it.each([
    [['contacts', 'add', '--name', 'Awa'], 2],
    [['contacts', 'add', '--phone', '06', '--set', 'ville'], 2],
    [['contacts', 'show'], 2],
    [['categories', 'add'], 2],
    [['categories', 'remove', 'none'], 1],
  ])('%j ends with %i', async (line, exitCode) => {
    expect((await runLine(line)).exitCode).toBe(exitCode);
  });

  it('campaign show gives the figures of CMP-11', async () => {
    const { output } = await runLine(['campaign', 'show', 'campaign-1']);
    expect(output).toMatch(/Contacts +60\n/);
    expect(output).toMatch(/Relances +11\n/);
    expect(JSON.parse((await runLine(['campaign', 'show', 'campaign-1', '--json'])).output)).toEqual(someCampaign);
  });

  it('attempts list filters and pages', async () => {
    const list = vi.fn(() => ({ items: [someAttempt], nextCursor: 'next' }));
    const filters = [
      '--state',
      'unknown',
      '--campaign',
      'c',
      '--phone',
      '+336',
      '--search',
      'q',
      '--parked',
      '--limit',
      '2',
    ];
    const { output } = await runLine(['attempts', 'list', ...filters], { attempts: { list } });
    expect(list).toHaveBeenCalledWith({
      state: 'unknown',
      campaignId: 'c',
      phone: '+336',
      q: 'q',
      parked: true,
      limit: 2,
    });
    expect(output).toContain('attempt-1');
    expect(output).toContain('Suite : --cursor next');
  });

  it('attempts show tells what happened to it (SND-1)', async () => {
    const { output } = await runLine(['attempts', 'show', 'attempt-1']);
    expect(output).toMatch(/Historique\n2026-11-20T08:00:00.000Z +created/);
  });

  it.each([
    [['retry', 'attempt-1'], 'retry', ['attempt-1', 'cli']],
    [['cancel', 'attempt-1'], 'cancel', ['attempt-1', 'cli']],
    [['resolve', 'attempt-1', '--outcome', 'not_sent'], 'resolve', [{ id: 'attempt-1', outcome: 'not_sent' }, 'cli']],
  ])('attempts %o acts as `cli` (SND-8)', async (args, name, expected) => {
    const call = vi.fn(() => someAttempt);
    const { exitCode } = await runLine(['attempts', ...args], { attempts: { [name]: call } });
    expect(exitCode).toBe(0);
    expect(call).toHaveBeenCalledWith(...expected);
  });

  it('retries process retries at most 50 and cleans only when asked to (SND-8, SND-9)', async () => {
    const services = stubServices().attempts;
    const retryMany = vi.fn(services.retryMany);
    const cleanup = vi.fn(services.cleanup);
    const { output } = await runLine(['retries', 'process'], { attempts: { retryMany, cleanup } });
    expect(output).toBe('2 tentatives relancées.\n');
    expect(retryMany).toHaveBeenCalledWith({ max: 50, dryRun: false }, 'cli');
    expect(cleanup).not.toHaveBeenCalled();
  });

  it('retries process takes every option, and a dry run changes nothing (SND-10)', async () => {
    const services = stubServices().attempts;
    const retryMany = vi.fn(services.retryMany);
    const cleanup = vi.fn(services.cleanup);
    const list = vi.fn(services.list);
    const options = ['--max-retries', '10', '--dry-run', '--cleanup', '--cleanup-days', '60', '--verbose'];
    const { output } = await runLine(['retries', 'process', ...options], { attempts: { retryMany, cleanup, list } });
    expect(retryMany).toHaveBeenCalledWith({ max: 10, dryRun: true }, 'cli');
    expect(cleanup).toHaveBeenCalledWith({ olderThanDays: 60, dryRun: true }, 'cli');
    expect(list).toHaveBeenCalledWith({ state: 'failed_retry', limit: 10 });
    expect(output).toContain('attempt-1');
    expect(output).toContain('2 tentatives seraient relancées');
    const { output: json } = await runLine(['retries', 'process', '--cleanup', '--json']);
    expect(JSON.parse(json)).toEqual({ retried: 2, candidates: 2, dryRun: false, cleaned: 4 });
  });
});
