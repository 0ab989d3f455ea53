import type { Clock } from '../core/clock.ts';
import type { Answer } from './answerPayload.ts';
import type { ContactBook } from './contactBook.ts';
import { planCourse, type Course, type Step } from './course.ts';
import { isSending, type Device } from './device.ts';
import { happens, objectId, whatsAppId, type Draws } from './draws.ts';
import type { Message } from './message.ts';
import type { Publisher } from './publisher.ts';
import type { AnswerType, Envelope, Rules } from './rules.ts';
import type { Timers } from './timers.ts';
import { answerEvent, outNewEvent, statusEvent, unknownEvent, type StatusChange } from './webhookEvents.ts';
import type { WebhookDelivery } from './webhookSender.ts';

/** A contact writes. Instants and delays are not scaled: it happens exactly when it is asked for. */
export type AnswerRequest = {
  phone: string;
  type?: AnswerType;
  text?: string | undefined;
  name?: string | undefined;
  /** The time that the message shows; now by default. */
  at?: number | undefined;
  quotedWaId?: string | undefined;
  hiddenSender?: boolean;
  envelope?: Envelope | undefined;
  /** How often the very same webhook is posted. */
  times?: number;
};

export type AnswerReceipt = { id: string; waId: string; delivered: Promise<WebhookDelivery[]> };

/** What happens beyond the API: WhatsApp carries the messages, and contacts answer. */
export type Line = {
  /** Lets an accepted message take its course. Resolves when everything that comes before the answer is told. */
  take(message: Message): Promise<void>;
  /** To be called when the device may have become able to send again. */
  release(): void;
  answer(request: AnswerRequest, delayMs: number): AnswerReceipt;
  held(): number;
  answered(): Partial<Record<AnswerType, number>>;
};

export function createLine(deps: {
  clock: Clock;
  draws: Draws;
  rules: () => Rules;
  device: () => Device;
  contacts: ContactBook;
  publisher: Publisher;
  timers: Timers;
}): Line {
  const { clock, draws, rules, device, contacts, publisher, timers } = deps;
  const held: Message[] = [];
  const answered: Partial<Record<AnswerType, number>> = {};
  let answers = 0;

  const eventContext = (...key: (string | number)[]) => ({
    id: objectId(draws, clock.now(), ...key),
    at: clock.now(),
    device: device(),
    rules: rules(),
  });

  async function changeStatus(message: Message, status: StatusChange, code: string | null = null): Promise<void> {
    const now = clock.now();
    const random = draws.stream(message.id, status);
    if (status === 'failed' || status === 'expired') {
      message.status = status;
      message.failureReason = code;
    } else {
      message.status = 'processed';
    }
    if (status !== 'expired') {
      message.deliveryStatus = status;
      message[`${status}At`] = now;
    }
    const alias = happens(random, rules().webhooks.aliasShare);
    await publisher.publish(statusEvent({ message, status, alias }, eventContext(message.id, status)), { random });
  }

  /** A contact writes after `delayMs`; `chance` names the answer that the rules brought about, null one asked for. */
  function write(request: AnswerRequest, delayMs: number, chance: string | null): AnswerReceipt {
    const { phone, type = 'text', hiddenSender = false } = request;
    const id = objectId(draws, clock.now(), 'answer', phone, chance ?? answers++);
    const waId = whatsAppId(draws, id);
    const publish = (): Promise<WebhookDelivery[]> => {
      answered[type] = (answered[type] ?? 0) + 1;
      const contact = contacts.get(phone);
      contact.awaitsFollowUp = true;
      const answer: Answer = {
        id,
        waId,
        phone,
        name: request.name ?? (hiddenSender ? 'Contact' : phone),
        type,
        text: request.text ?? null,
        at: request.at ?? clock.now(),
        quotedWaId: request.quotedWaId ?? (type === 'reaction' ? contact.lastWaId : null),
        hiddenId: hiddenSender ? `${BigInt(`0x${draws.hex(12, 'lid', phone)}`)}@lid` : null,
      };
      return publisher.publish(answerEvent(answer, eventContext('event', id)), {
        ...(chance === null ? {} : { random: draws.stream('answer', id) }),
        envelope: request.envelope,
        times: request.times ?? 1,
      });
    };
    if (delayMs === 0) return { id, waId, delivered: publish() };
    const delivered = new Promise<WebhookDelivery[]>((resolve) => {
      timers.after(delayMs, () => {
        resolve(publish());
      });
    });
    return { id, waId, delivered };
  }

  async function happen(message: Message, step: Step, index: number): Promise<void> {
    if (step.kind === 'answer') {
      const { type, text, quotes, envelope, hiddenSender } = step.answer;
      const quotedWaId = quotes ? message.waId : undefined;
      const request = { phone: message.phone, type, text, envelope, hiddenSender, quotedWaId };
      await write(request, 0, `${message.id}/${index}`).delivered;
    } else if (step.kind === 'failed') {
      await changeStatus(message, 'failed', step.code);
    } else if (step.kind === 'out_new' || step.kind === 'unknown_event') {
      const event = step.kind === 'out_new' ? outNewEvent : unknownEvent;
      const random = draws.stream(message.id, step.kind);
      await publisher.publish(event(message, eventContext(message.id, step.kind)), { random });
    } else {
      await changeStatus(message, step.kind);
    }
  }

  function schedule(message: Message, course: Course, skip: Step | undefined): void {
    if (message.expiresAt !== null && clock.now() >= message.expiresAt) {
      void changeStatus(message, 'expired');
      return;
    }
    for (const [index, step] of course.steps.entries()) {
      if (step === skip) continue;
      timers.after(step.afterMs / rules().timeScale, () => void happen(message, step, index));
    }
  }

  function plan(message: Message): Course {
    const contact = contacts.get(message.phone);
    const situation = {
      rules: rules(),
      behaviour: rules().phones[message.phone],
      first: contact.accepted === 1,
      followUp: contact.awaitsFollowUp,
    };
    contact.awaitsFollowUp = false;
    contact.lastWaId = message.waId;
    return planCourse((topic) => draws.stream(topic, message.phone, contact.accepted), situation);
  }

  function leave(message: Message): void {
    if (isSending(device())) schedule(message, plan(message), undefined);
    else held.push(message);
  }

  return {
    async take(message) {
      contacts.get(message.phone).accepted += 1;
      const waitMs = message.deliverAt - clock.now();
      if (waitMs > 0) {
        timers.after(waitMs, () => {
          leave(message);
        });
        return;
      }
      if (!isSending(device())) {
        held.push(message);
        return;
      }
      const course = plan(message);
      const early = course.early ? course.steps.find((step) => step.kind === 'sent') : undefined;
      if (early) await changeStatus(message, 'sent');
      schedule(message, course, early);
    },
    release() {
      if (!isSending(device())) return;
      for (const message of held.splice(0)) leave(message);
    },
    answer: (request, delayMs) => write(request, delayMs, null),
    held: () => held.length,
    answered: () => ({ ...answered }),
  };
}
