import type { InteractionType } from '../../../contract/campaigns.ts';
import { instantAt, isEmojiOnly, isObject, textAt, toPhone, valueAt } from '../reading.ts';
import { readIds } from './ids.ts';
import { eventTime, fingerprint, ignored, type Envelope, type Reading } from './envelope.ts';

/** Wassenger's types of messages that count as an answer (CMP-5), with the aliases seen; a pressed button is a text. */
const ANSWER_TYPES: Record<string, InteractionType> = {
  text: 'text',
  chat: 'text',
  'link-preview': 'text',
  buttons: 'text',
  buttons_response: 'text',
  list: 'text',
  list_response: 'text',
  interactive: 'text',
  button: 'text',
  emoji: 'emoji',
  voice: 'voice',
  ptt: 'voice',
  audio: 'audio',
  image: 'image',
  photo: 'image',
  video: 'video',
  gif: 'video',
  ptv: 'video',
  document: 'document',
  file: 'document',
  sticker: 'sticker',
};
const VOICE_FORMATS = ['ptt', 'voice'];

/** Reads `message:in:new`. */
export function readIncoming(envelope: Envelope): Reading {
  const { content } = envelope;
  const elsewhere = placeOf(envelope);
  if (elsewhere !== null) return ignored(elsewhere);
  if (isOwn(content)) return ignored('own_message');
  const text = textAt(content, 'body', 'text', 'caption', 'media.caption', 'message');
  const type = toInteractionType(content, text);
  if (type === null) return ignored('not_an_answer');
  const sender = readSender(envelope);
  const at = instantAt(content, 'date', 'timestamp', 'createdAt') ?? eventTime(envelope);
  const id = readIds(content)[0] ?? null;
  const identity = id === null ? [sender.phone, sender.senderId, at, text] : [id];
  return {
    event: {
      kind: 'answer',
      providerMessageId: id ?? fingerprint(identity),
      ...sender,
      type,
      text,
      at: at ?? 0,
      quotedProviderId: textAt(content, 'quoted.id', 'quoted.waId', 'quoted.messageId', 'quotedMessage.id', 'quoted'),
    },
    identity,
  };
}

/** Reads `message:reaction`: its content is the reaction, or the message reacted to with the reaction in it. */
export function readReaction(envelope: Envelope): Reading {
  const { content } = envelope;
  const elsewhere = placeOf(envelope);
  if (elsewhere !== null) return ignored(elsewhere);
  const reaction = valueAt(content, 'reaction');
  const by = isObject(reaction) ? textAt(reaction, 'fromNumber', 'contact.phone', 'from', 'sender') : null;
  if (isOwn(reaction) || (isOwn(content) && by === null)) return ignored('own_message');
  const emoji = textAt(
    content,
    'reaction.emoji',
    'reaction.reaction',
    'reaction.text',
    'reaction',
    'emoji',
    'body',
    'text',
  );
  // An empty emoji takes the reaction back.
  if (emoji === null) return ignored('not_an_answer');
  const sender = by === null ? readSender(envelope) : { phone: toPhone(by), senderId: by.includes('@') ? by : null };
  const at =
    instantAt(content, 'reaction.date', 'reaction.timestamp') ??
    eventTime(envelope) ??
    instantAt(content, 'date', 'timestamp');
  const own = readIds(content)[0] ?? null;
  const reacted =
    textAt(content, 'reaction.messageId', 'reaction.message.id', 'reaction.id', 'messageId', 'quoted.id', 'quoted') ??
    own;
  return {
    event: {
      kind: 'answer',
      providerMessageId: own ?? fingerprint(['reaction', reacted, sender.phone, sender.senderId]),
      ...sender,
      type: 'reaction',
      text: emoji,
      at: at ?? 0,
      quotedProviderId: reacted,
    },
    identity: [own, reacted, emoji, sender.phone, sender.senderId, at],
  };
}

/** `group` and the like for what did not come from one person to us; null for a conversation of two. */
function placeOf({ content, chat }: Envelope): 'group' | 'not_an_answer' | null {
  const ids = [textAt(content, 'from'), textAt(content, 'chat'), textAt(chat, 'id')].filter((id) => id !== null);
  if (valueAt(content, 'meta.isGroup') === true || textAt(chat, 'type') === 'group') return 'group';
  if (ids.some((id) => id.endsWith('@g.us'))) return 'group';
  return ids.some((id) => id.endsWith('@broadcast') || id.endsWith('@newsletter')) ? 'not_an_answer' : null;
}

function isOwn(message: unknown): boolean {
  return (
    textAt(message, 'flow') === 'outbound' ||
    valueAt(message, 'fromMe') === true ||
    valueAt(message, 'meta.fromMe') === true
  );
}

function toInteractionType(content: unknown, text: string | null): InteractionType | null {
  const named = (textAt(content, 'type', 'kind') ?? (text === null ? '' : 'text')).toLowerCase();
  const type = Object.hasOwn(ANSWER_TYPES, named) ? (ANSWER_TYPES[named] ?? null) : null;
  if (type === 'audio' && isVoice(content)) return 'voice';
  if (type === 'text' && (text === null ? valueAt(content, 'meta.containsEmoji') === true : isEmojiOnly(text)))
    return 'emoji';
  return type;
}

function isVoice(content: unknown): boolean {
  const words = ['media.format', 'media.type', 'subtype', 'format'].map(
    (path) => textAt(content, path)?.toLowerCase() ?? '',
  );
  return (
    words.some((word) => VOICE_FORMATS.includes(word)) ||
    valueAt(content, 'media.meta.ptt') === true ||
    valueAt(content, 'ptt') === true
  );
}

/** The sender's phone, and what the provider calls the sender. A `@lid` hides the phone: its digits are not one. */
function readSender({ content, chat }: Envelope): { phone: string | null; senderId: string | null } {
  const ids = [textAt(content, 'from'), textAt(chat, 'id'), textAt(content, 'chat')].filter((id) => id?.includes('@'));
  const senderId = ids[0] ?? null;
  const hidden = ids.filter((id) => id?.endsWith('@lid')).map((id) => (id ?? '').split('@')[0]);
  const phones = [textAt(content, 'fromNumber'), textAt(chat, 'contact.phone'), textAt(content, 'from')].map(toPhone);
  const phone = phones.find((found) => found !== null && !hidden.includes(found.slice(1)));
  return { phone: phone ?? null, senderId };
}
