import { describe, expect, it } from 'vitest';
import { VigieError } from '../../backend/contract/errors.ts';
import { MINUTE_MS, SECOND_MS } from '../../backend/core/days.ts';
import { integerBetween, type Random } from '../../backend/core/random.ts';
import { startFaultBench } from '../support/faultBench.ts';
import { playRounds } from '../support/repetitions.ts';
import { incoming } from '../support/wassengerEvents.ts';

const ENV = { VIGIE_DAILY_LIMIT: '100000', VIGIE_ROLLING_LIMIT: '1000000' };

function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const rest = [...items];
  return items.map(() => rest.splice(integerBetween(random, 0, rest.length - 1), 1)[0]!);
}

/** What an operator asks for may be refused with a reason; that is an answer, too. */
async function orRefused(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
  }
}

describe('a Message 2', () => {
  it.each([
    ['known to have left', 'none'],
    ['of unknown outcome', 'reset'],
  ] as const)(
    'leaves once for each contact though webhooks, timer, operator and import call for it at once, Message 1 being %s (fault 21; CMP-6, CMP-7, SND-6, I3, I4)',
    async (_name, fault) => {
      const bench = await startFaultBench({ env: ENV });
      const { services, processor, campaigns, reconciliation, dispatcher } = bench.workspace;
      let rounds = 0;
      await playRounds({ run: 30, long: 300 }, async ({ number: round, seed, random }) => {
        rounds++;
        bench.simulator.addFaults([{ kind: fault }]);
        const { id } = bench.campaign(1);
        await bench.clock.advance(SECOND_MS);
        const [recipient] = services.campaigns.recipients({ id, limit: 10 }).items;
        const phone = recipient!.phone;
        const [attempt] = services.attempts.list({ campaignId: id, limit: 10 }).items;
        expect(attempt!.state).toBe(fault === 'reset' ? 'unknown' : 'sent');
        const date = new Date(bench.clock.now()).toISOString();
        const chat = { id: `${phone.slice(1)}@c.us`, type: 'chat', contact: { phone, name: '' } };
        const answer = (name: string, type = 'text') => {
          const data = { id: `3EB0${round}${name}`, from: chat.id, fromNumber: phone, chat, date, type };
          return incoming(data, { id: `event-${round}-${name}`, created: bench.clock.now() / 1000 });
        };
        const webhook = async (body: object): Promise<void> => {
          await bench.receive(body);
          processor.runOnce();
        };
        const replay = (): void => {
          for (const event of services.webhookEvents.list({ limit: 5 }).items) {
            services.webhookEvents.replay(event.id, 'operator');
          }
        };
        const triggers: (() => unknown)[] = [
          () => webhook(answer('a')),
          () => webhook(answer('a')),
          () => webhook(answer('b', 'image')),
          () => processor.runOnce(),
          () => campaigns.closing.runOnce(),
          () => reconciliation.runOnce(),
          () => dispatcher.recoverInterrupted(),
          () => services.attempts.resolve({ id: attempt!.id, outcome: 'sent' }, 'operator'),
          () => services.attempts.retry(attempt!.id, 'operator'),
          () => services.attempts.retryMany({ max: 50, dryRun: false }, 'operator'),
          () => services.campaigns.pause(id, 'operator'),
          () => services.campaigns.resume(id, 'operator'),
          replay,
          () => services.contacts.import(new Blob([`name,phone\nAwa,${phone}\n`]), { category: 'Tous' }),
          () => services.contacts.import(new Blob([`name,phone\nAwa,${phone}\n`]), {}),
        ];
        await Promise.all(shuffled(random, [...triggers, ...triggers]).map(orRefused));
        await orRefused(() => services.campaigns.resume(id, 'operator'));
        await bench.pass(10 * SECOND_MS);
        processor.runOnce();
        await bench.pass(10 * SECOND_MS);
        const taken = bench.simulator.ledger({ referencePrefix: `${id}:` }).map(({ reference }) => reference);
        const step = `${id}:${recipient!.contactId}`;
        expect(taken, `seed ${seed}`).toEqual([`${step}:message_1`, `${step}:message_2`]);
        const state = services.campaigns.recipients({ id, limit: 10 }).items.map((one) => one.state);
        expect(state, `seed ${seed}`).toEqual(['message_2_sent']);
      });
      await bench.pass(MINUTE_MS);
      expect(bench.taken()).toHaveLength(rounds * 2);
      expect(bench.counted()).toBe(rounds * 2);
      const messages2 = bench.database.prepare(`SELECT count(*) FROM attempts WHERE type = 'message_2'`).pluck().get();
      expect(messages2).toBe(rounds);
    },
  );
});
