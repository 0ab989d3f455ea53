import { readFileSync } from 'node:fs';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/days.ts';
import { phone, startBench, startReceiver, type Json } from '../../../tests/support/simulatorBench.ts';
import { createRules } from '../rules.ts';
import { demoContacts } from './demoContacts.ts';
import { demoErrorAt, demoHistory } from './demoHistory.ts';
import { DEMO_MEMORY, DEMO_SEED, demoRules } from './demoRules.ts';

/** ARCEP's mobile range for fiction, and 555-01xx of the North American plan. */
const FICTION = /^(\+3363998\d{4}|\+1(514|418)55501\d{2})$/;

describe('demo contacts', () => {
  test('are sixty different people with different phones that nobody has', () => {
    const contacts = demoContacts(DEMO_SEED);
    expect(contacts).toHaveLength(60);
    expect(new Set(contacts.map((contact) => contact.phone)).size).toBe(60);
    expect(new Set(contacts.map(({ name }) => name)).size).toBe(60);
    for (const contact of contacts) {
      expect(contact.phone).toMatch(FICTION);
      expect(parsePhoneNumberFromString(contact.phone)?.isValid()).toBe(true);
      expect(contact.attributes.prenom).not.toBe('');
      expect(contact.attributes.ville).not.toBe('');
    }
    expect(contacts.some(({ name }) => /[éèïëôÉ]/.test(name))).toBe(true);
  });

  test('are the same for the same seed only', () => {
    expect(demoContacts(5)).toEqual(demoContacts(5));
    expect(demoContacts(5)).not.toEqual(demoContacts(6));
  });
});

describe('demo history', () => {
  test.each([1, 7, 30])('%d days, oldest first, within the daily limit, each with something in it (MON-7)', (days) => {
    const history = demoHistory(DEMO_SEED, days);
    expect(history.map(({ daysAgo }) => daysAgo)).toEqual(Array.from({ length: days }, (_, index) => days - index));
    for (const day of history) {
      expect(day.message1).toBeGreaterThan(0);
      expect(day.message2).toBeLessThanOrEqual(day.message1);
      expect(day.message1 + day.message2 + day.other).toBeLessThanOrEqual(180);
      for (const error of day.errors) expect(error.contact).toBeLessThan(60);
    }
    expect(demoHistory(DEMO_SEED, days)).toEqual(history);
  });

  test('a week has at least ten errors, and keeps the rolling cap', () => {
    const week = demoHistory(DEMO_SEED, 7);
    expect(week.flatMap(({ errors }) => errors).length).toBeGreaterThanOrEqual(10);
    const [first] = week;
    const [error] = first?.errors ?? [];
    if (!first || !error) throw new Error('the first day has no error');
    const todayStart = Date.parse('2026-11-20T00:00:00.000Z');
    const at = demoErrorAt(todayStart, first, error);
    expect(at).toBeGreaterThanOrEqual(todayStart - 7 * DAY_MS);
    expect(at).toBeLessThan(todayStart - 6 * DAY_MS);
  });
});

describe('demo rules', () => {
  test('bring answers of many kinds, deliveries, reads and a few failures within a minute', async () => {
    const receiver = await startReceiver();
    const { simulator, send, clock } = await startBench({
      seed: DEMO_SEED,
      webhookUrl: receiver.url,
      memory: DEMO_MEMORY,
      rules: { ...demoRules, latencyMs: [0, 0] },
    });
    const contacts = demoContacts(DEMO_SEED);
    const statuses: number[] = [];
    for (const contact of contacts) statuses.push((await send(contact.phone)).status);
    const refused = statuses.filter((status) => status !== 201).length;
    expect(refused).toBeGreaterThanOrEqual(2);
    expect(refused).toBeLessThanOrEqual(12);
    await clock.advance(10_000);
    expect(receiver.events('message:in:new').length).toBeGreaterThan(0);
    await clock.advance(60_000);

    const answering = new Set(receiver.events('message:in:new').map((event) => (event.data as Json).fromNumber));
    expect(answering.size).toBeGreaterThanOrEqual(60 * 0.42);
    expect(answering.size).toBeLessThanOrEqual(60 * 0.68);
    expect(Object.keys(simulator.counts().answers).length).toBeGreaterThanOrEqual(4);
    const states = new Set(simulator.ledger().map(({ deliveryStatus }) => deliveryStatus));
    expect([...states].sort()).toEqual(expect.arrayContaining(['delivered', 'failed', 'read']));
    expect(answering).not.toContain(phone(0));
  });

  test('never pause the line', () => {
    const kinds = Object.keys(createRules(demoRules).faults);
    expect(kinds).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/unauthorized|payment|forbidden|chat/) as unknown]),
    );
  });
});

describe('sample file', () => {
  test('resources/sample-contacts.csv holds sixty lines, four of them without a usable phone (CMP-1)', () => {
    const text = readFileSync(new URL('../../../resources/sample-contacts.csv', import.meta.url), 'utf8');
    const [header, ...lines] = text.trimEnd().split('\n');
    expect(header).toBe('prenom;nom;telephone;ville');
    expect(lines).toHaveLength(60);
    const numbers = lines.map((line) => parsePhoneNumberFromString(line.split(';')[2] ?? '', 'FR'));
    const valid = numbers.filter((number) => number?.isValid());
    expect(valid).toHaveLength(56);
    expect(new Set(valid.map((number) => number?.number)).size).toBe(56);
    for (const number of valid) expect(number?.number).toMatch(FICTION);
  });
});
