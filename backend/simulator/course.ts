import type { Random } from '../core/random.ts';
import { happens, pick, pickWeighted, within } from './draws.ts';
import type { PhoneBehaviour, PlannedAnswer, Rules } from './rules.ts';

/** Answers that one message can bring by chance. */
const MAX_ANSWERS = 5;

/** What happens to one accepted message, with the delay of each step from its acceptance in simulated time. */
export type Step = { afterMs: number } & (
  | { kind: 'sent' | 'delivered' | 'read' | 'out_new' | 'unknown_event' }
  | { kind: 'failed'; code: string }
  | { kind: 'answer'; answer: PlannedAnswer }
);

export type Course = {
  steps: Step[];
  /** `sent` is told before the send is answered. */
  early: boolean;
};

/** Chance for one message, by topic, so that more answers do not change the deliveries. */
export type MessageDraws = (topic: 'delivery' | 'answers' | 'webhooks') => Random;

type Situation = {
  rules: Rules;
  behaviour: PhoneBehaviour | undefined;
  /** First accepted message of this phone. */
  first: boolean;
  /** The message follows an answer of the contact. */
  followUp: boolean;
};

function planDelivery(random: Random, { rules, behaviour }: Situation): Step[] {
  const { delivery } = rules;
  const steps: Step[] = [];
  const isSent = happens(random, delivery.sentShare);
  const sentAfterMs = within(random, delivery.sentMs);
  const failsByChance = happens(random, delivery.failedShare);
  const failedAfterMs = sentAfterMs + within(random, delivery.failedMs);
  const codeByChance = pickWeighted(random, delivery.failureCodes) ?? 'number:notfound';
  const isDelivered = happens(
    random,
    behaviour?.delivered === undefined ? delivery.deliveredShare : Number(behaviour.delivered),
  );
  const deliveredAfterMs = sentAfterMs + within(random, delivery.deliveredMs);
  const isRead = happens(random, behaviour?.read === undefined ? delivery.readShare : Number(behaviour.read));
  const readAfterMs = deliveredAfterMs + within(random, delivery.readMs);

  const code = behaviour?.failsLater === undefined ? (failsByChance ? codeByChance : null) : behaviour.failsLater;
  if (code !== null) return [{ kind: 'failed', code, afterMs: failedAfterMs }];
  if (isSent) steps.push({ kind: 'sent', afterMs: sentAfterMs });
  if (isDelivered) steps.push({ kind: 'delivered', afterMs: deliveredAfterMs });
  if (isDelivered && isRead) steps.push({ kind: 'read', afterMs: readAfterMs });
  return steps;
}

function planAnswers(random: Random, situation: Situation, deliveredAfterMs: number): PlannedAnswer[] {
  const { answers } = situation.rules;
  if (!happens(random, situation.followUp ? answers.afterAnswerShare : answers.share)) return [];
  const planned: PlannedAnswer[] = [];
  const isLate = happens(random, answers.lateShare);
  let delayMs = deliveredAfterMs + within(random, isLate ? answers.lateDelayMs : answers.delayMs);
  do {
    const stops = happens(random, answers.stopShare);
    const type = stops ? 'text' : (pickWeighted(random, answers.types) ?? 'text');
    const words = pick(random, (stops ? answers.stopWords : answers.texts) as [string, ...string[]]);
    planned.push({
      type,
      ...(type === 'text' ? { text: words } : {}),
      delayMs,
      quotes: happens(random, answers.quotedShare),
      hiddenSender: happens(random, answers.hiddenSenderShare),
    });
    delayMs += within(random, answers.severalMs);
  } while (planned.length < MAX_ANSWERS && happens(random, answers.severalShare));
  return planned;
}

function fixedAnswers({ behaviour, first }: Situation): PlannedAnswer[] | undefined {
  if (!behaviour?.answers) return undefined;
  return first || behaviour.answersEach ? behaviour.answers : [];
}

/** Plans everything that follows an acceptance. Who writes back has read first, where the read is told at all. */
export function planCourse(draws: MessageDraws, situation: Situation): Course {
  const { webhooks } = situation.rules;
  const steps = planDelivery(draws('delivery'), situation);
  const chance = draws('webhooks');
  const early = happens(chance, webhooks.earlyShare);
  const announced = happens(chance, webhooks.outNewShare);
  const unknown = happens(chance, webhooks.unknownShare);

  const delivered = steps.find((step) => step.kind === 'delivered');
  const byChance = delivered ? planAnswers(draws('answers'), situation, delivered.afterMs) : [];
  const answers = fixedAnswers(situation) ?? byChance;
  const firstAnswerMs = Math.min(...answers.map((answer) => answer.delayMs));
  for (const step of steps) if (step.kind === 'read') step.afterMs = Math.min(step.afterMs, firstAnswerMs);

  if (announced) steps.push({ kind: 'out_new', afterMs: 0 });
  if (unknown) steps.push({ kind: 'unknown_event', afterMs: delivered?.afterMs ?? 0 });
  steps.push(...answers.map((answer) => ({ kind: 'answer' as const, answer, afterMs: answer.delayMs })));
  return { steps: steps.sort((one, other) => one.afterMs - other.afterMs), early };
}
