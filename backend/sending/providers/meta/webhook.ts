import { createHash } from 'node:crypto';
import type { InteractionType } from '../../../contract/campaigns.ts';
import { VigieError } from '../../../contract/errors.ts';
import type { DeliveryStatus, ProviderEvent } from '../../provider.ts';
import { instantAt, isEmojiOnly, isObject, listAt, textAt, toPhone, valueAt } from '../reading.ts';
import { isMetaCode, namedCode } from './errors.ts';

const STATUSES: Record<string, DeliveryStatus> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
};
/** Meta's types of messages that count as an answer (CMP-5); a pressed button or chosen row is a text. */
const ANSWER_TYPES: Record<string, InteractionType> = {
  text: 'text',
  button: 'text',
  interactive: 'text',
  image: 'image',
  video: 'video',
  audio: 'audio',
  document: 'document',
  sticker: 'sticker',
  reaction: 'reaction',
};
/** Account events after which nothing, or no new conversation, may be sent. */
const RESTRICTIONS = /RESTRICT|VIOLATION|DISABLE|BAN/i;
const LONGEST_NAME = 64;

type Change = { field: string; value: unknown; at: string | null };

/**
 * Reads a webhook of the Cloud API as far as it is about one phone number: an application gets the events of all its
 * numbers at one address. `at: 0` means that the event names no time of its own.
 * @throws VigieError `bad_request` when it is not an envelope of Meta
 */
export function readMetaWebhook(body: unknown, phoneNumberId: string): ProviderEvent[] {
  if (!isObject(body) || !Array.isArray(body['entry']))
    throw new VigieError('bad_request', { detail: 'not_an_envelope' });
  return changesOf(body)
    .filter((change) => isFor(change, phoneNumberId))
    .flatMap(readChange);
}

/** True when a change is about this very number, not about the account as a whole. */
export function namesNumber(body: unknown, phoneNumberId: string): boolean {
  return changesOf(body).some(({ value }) => textAt(value, 'metadata.phone_number_id') === phoneNumberId);
}

function changesOf(body: unknown): Change[] {
  return listAt(body, 'entry').flatMap((entry) =>
    listAt(entry, 'changes').map((change) => toChange(change, textAt(entry, 'time'))),
  );
}

function toChange(change: unknown, at: string | null): Change {
  return { field: textAt(change, 'field') ?? 'unknown', value: valueAt(change, 'value'), at };
}

/** Changes of the account name no number: they concern each of them. */
function isFor({ value }: Change, phoneNumberId: string): boolean {
  const about = textAt(value, 'metadata.phone_number_id');
  return about === null || about === phoneNumberId;
}

function readChange(change: Change): ProviderEvent[] {
  const { field, value } = change;
  if (field !== 'messages') return [readAccountChange(change)];
  // A contact who hides the phone has an id of its own, next to the message.
  const hiddenId = textAt(listAt(value, 'contacts')[0], 'user_id');
  return [
    ...listAt(value, 'statuses').map(readStatus),
    ...listAt(value, 'messages').map((message) => readMessage(message, hiddenId)),
  ];
}

function readStatus(status: unknown): ProviderEvent {
  const word = (textAt(status, 'status') ?? '').toLowerCase();
  const id = textAt(status, 'id');
  const known = Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined;
  const event = `status:${word}`.slice(0, LONGEST_NAME);
  const time = textAt(status, 'timestamp') ?? '';
  const dedupeKey = `status|${id ?? hash(status)}|${word}|${time}`;
  if (known === undefined || id === null) return { event, dedupeKey, kind: 'ignored', reason: 'unknown_event' };
  const recipient = textAt(status, 'recipient_id', 'recipient_user_id');
  return {
    event,
    dedupeKey,
    kind: 'status',
    providerIds: [id],
    reference: textAt(status, 'biz_opaque_callback_data'),
    status: known,
    at: instantAt(status, 'timestamp') ?? 0,
    code: known === 'failed' ? failureCode(status) : '',
    // The id may differ from the phone that was written to.
    ...(recipient === null ? {} : { recipientId: recipient }),
  };
}

function failureCode(status: unknown): string {
  const error = listAt(status, 'errors')[0];
  const code = namedCode(error) ?? textAt(error, 'code') ?? 'delivery_failed';
  return isMetaCode(code) ? code : 'delivery_failed';
}

function readMessage(message: unknown, hiddenId: string | null): ProviderEvent {
  const word = (textAt(message, 'type') ?? 'unknown').toLowerCase();
  const event = `message:${word}`.slice(0, LONGEST_NAME);
  const id = textAt(message, 'id');
  const dedupeKey = `message|${id ?? hash(message)}`;
  const type = toInteractionType(message, word);
  if (id === null || type === null) return { event, dedupeKey, kind: 'ignored', reason: 'not_an_answer' };
  if (textAt(message, 'group_id') !== null) return { event, dedupeKey, kind: 'ignored', reason: 'group' };
  const from = textAt(message, 'from');
  return {
    event,
    dedupeKey,
    kind: 'answer',
    providerMessageId: id,
    phone: toPhone(from),
    senderId: from ?? textAt(message, 'from_user_id') ?? hiddenId,
    type,
    text: textOf(message),
    at: instantAt(message, 'timestamp') ?? 0,
    quotedProviderId: textAt(message, 'context.id', 'reaction.message_id'),
  };
}

function toInteractionType(message: unknown, word: string): InteractionType | null {
  const type = Object.hasOwn(ANSWER_TYPES, word) ? (ANSWER_TYPES[word] ?? null) : null;
  if (type === 'text' && isEmojiOnly(textOf(message) ?? '')) return 'emoji';
  if (type === 'audio' && valueAt(message, 'audio.voice') === true) return 'voice';
  // A reaction without an emoji takes one back.
  if (type === 'reaction' && textAt(message, 'reaction.emoji') === null) return null;
  return type;
}

function textOf(message: unknown): string | null {
  const chosen = ['interactive.button_reply.title', 'interactive.list_reply.title', 'interactive.nfm_reply.body'];
  const captions = ['image.caption', 'video.caption', 'document.caption'];
  return textAt(message, 'text.body', 'button.text', ...chosen, ...captions, 'reaction.emoji');
}

function readAccountChange({ field, value, at }: Change): ProviderEvent {
  const what = textAt(value, 'event') ?? '';
  const event = field.slice(0, LONGEST_NAME);
  const dedupeKey = `${event}|${hash([at, value])}`;
  if (field === 'account_update' && RESTRICTIONS.test(what)) {
    return { event, dedupeKey, kind: 'session', state: 'restricted', detail: what.slice(0, 100) };
  }
  const known = /^(account|phone_number|message_template|template|business|security|user|history|smb)_/.test(field);
  return { event, dedupeKey, kind: 'ignored', reason: known ? 'not_an_answer' : 'unknown_event' };
}

function hash(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
    .slice(0, 40);
}
