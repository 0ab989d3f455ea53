import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScriptedProvider, createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { sendInput, type SendInput } from '../contract/attempts.ts';
import { createMessages } from './messages.ts';

let engine: TestEngine;
let send: (input: Partial<SendInput>) => { id: string; known: boolean };
beforeEach(() => {
  engine = createTestEngine();
  const { database, store, queue, views, lines, clock } = engine;
  lines.put({ id: 'second', label: 'Second', provider: createScriptedProvider(), webhookToken: 't' }, clock.now());
  const messages = createMessages({
    ...{ database, store, queue, views, lines, clock, blocked: () => null, isSuppressed: () => false, queued() {} },
    ...{ defaultCountry: () => 'FR', maxAttempts: () => 3 },
  });
  send = (input) => {
    const { attempt, known } = messages.send(
      sendInput.parse({ to: '06 39 98 00 01', body: 'Bonjour', idempotencyKey: 'k', ...input }),
    );
    return { id: attempt.id, known };
  };
});
afterEach(() => {
  engine.remove();
});

describe('the same idempotency key (SND-7)', () => {
  it('is the same attempt, however the phone is written and whenever it is asked for', () => {
    const { id } = send({});
    expect(send({ to: '+33 6 39 98 00 01' })).toEqual({ id, known: true });
    expect(send({ whenPossible: true })).toEqual({ id, known: true });
    engine.claim();
    engine.outcomes.accepted(engine.attempt(id), ['id-1']);
    expect(send({})).toEqual({ id, known: true });
  });

  it('with other content, another phone, type or line is refused', () => {
    send({});
    const others = [{ body: 'Bonsoir' }, { to: '+33639980002' }, { type: 'otp' }, { priority: 1 }, { line: 'second' }];
    for (const other of others as Partial<SendInput>[]) expect(() => send(other)).toThrow('idempotency_conflict');
    expect(engine.store.inState('pending')).toHaveLength(1);
  });

  it('is the same attempt after the default line changed, was disabled or is gone', () => {
    const { id } = send({});
    engine.lines.chooseDefault('second');
    expect(send({})).toEqual({ id, known: true });
    expect(send({ line: 'line' })).toEqual({ id, known: true });
    expect(() => send({ line: 'second' })).toThrow('idempotency_conflict');
    engine.lines.setDisabled('line', engine.clock.now());
    expect(send({})).toEqual({ id, known: true });
    expect(() => send({ line: 'line', idempotencyKey: 'other' })).toThrow('line_disabled');
    engine.lines.setDisabled('second', engine.clock.now());
    expect(send({})).toEqual({ id, known: true });
    expect(() => send({ idempotencyKey: 'third' })).toThrow('no_line');
  });
});
