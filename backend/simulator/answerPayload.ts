import type { Device } from './device.ts';
import { chatId } from './message.ts';
import type { AnswerType, Rules } from './rules.ts';

/** What a contact wrote. */
export type Answer = {
  /** The provider's id, 24 hexadecimal digits. */
  id: string;
  waId: string;
  phone: string;
  name: string;
  type: AnswerType;
  text: string | null;
  at: number;
  /** WhatsApp's id of the message that it quotes or reacts to. */
  quotedWaId: string | null;
  /** WhatsApp's opaque name of a sender that hides the phone, always the same for one phone; else null. */
  hiddenId: string | null;
};

const DEFAULT_TEXTS: Partial<Record<AnswerType, string>> = { text: 'Bonjour', emoji: '👍', reaction: '❤️' };

/** File, MIME type and size in bytes of what contacts send. */
const MEDIA: Partial<Record<AnswerType, { extension: string; mime: string; size: number }>> = {
  voice: { extension: 'oga', mime: 'audio/ogg; codecs=opus', size: 18_342 },
  audio: { extension: 'mp3', mime: 'audio/mpeg', size: 412_008 },
  image: { extension: 'jpeg', mime: 'image/jpeg', size: 96_420 },
  video: { extension: 'mp4', mime: 'video/mp4', size: 1_840_221 },
  document: { extension: 'pdf', mime: 'application/pdf', size: 58_113 },
  sticker: { extension: 'webp', mime: 'image/webp', size: 23_904 },
};

function typeFields(answer: Answer, voiceShape: Rules['answers']['voiceShape']): Record<string, unknown> {
  const { type } = answer;
  const text = answer.text ?? DEFAULT_TEXTS[type];
  if (type === 'text' || type === 'emoji') return { type: 'text', body: text ?? '' };
  if (type === 'reaction') return { type, body: text, reaction: { emoji: text, messageId: answer.quotedWaId } };
  if (type === 'contacts') return { type, contacts: [{ formattedName: 'Service client', phone: '+33199000000' }] };
  if (type === 'location') return { type, location: { latitude: 48.8566, longitude: 2.3522, name: 'Paris' } };
  if (type === 'poll') return { type, poll: { name: 'Sondage', options: ['Oui', 'Non'] } };

  const file = MEDIA[type];
  const media = {
    id: answer.id,
    type: type === 'voice' ? 'audio' : type,
    ...(type === 'voice' ? { format: 'ptt' } : {}),
    mime: file?.mime,
    extension: file?.extension,
    size: file?.size,
    ...(type === 'document' ? { filename: 'piece-jointe.pdf' } : {}),
  };
  const dataType = type === 'voice' && voiceShape === 'audio_ptt' ? 'audio' : type === 'voice' ? voiceShape : type;
  return { type: dataType, body: answer.text ?? '', media };
}

function senderFields(answer: Answer): Record<string, unknown> {
  if (answer.hiddenId !== null) {
    const sender = answer.hiddenId;
    return { from: sender, chat: { id: sender, type: 'chat', contact: { id: sender, name: answer.name } } };
  }
  const sender = chatId(answer.phone);
  return {
    from: sender,
    fromNumber: answer.phone,
    chat: {
      id: sender,
      name: answer.name,
      type: 'chat',
      contact: { id: sender, phone: answer.phone, name: answer.name, displayName: answer.name },
    },
  };
}

/** `data` of a webhook for an incoming message, without its id: that depends on the envelope. */
export function answerData(
  answer: Answer,
  device: Device,
  voiceShape: Rules['answers']['voiceShape'],
): Record<string, unknown> {
  return {
    ...typeFields(answer, voiceShape),
    flow: 'inbound',
    status: 'active',
    ack: 'delivered',
    ...senderFields(answer),
    to: chatId(device.phone),
    toNumber: device.phone,
    date: new Date(answer.at).toISOString(),
    timestamp: Math.floor(answer.at / 1000),
    meta: {
      isGroup: false,
      isForwarded: false,
      containsEmoji: answer.type === 'emoji' || answer.type === 'reaction',
      notifyName: answer.name,
    },
    ...(answer.quotedWaId
      ? { quoted: { id: answer.quotedWaId, type: 'text', flow: 'outbound', fromNumber: device.phone } }
      : {}),
  };
}
