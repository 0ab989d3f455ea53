import type { Media } from '../../../contract/attempts.ts';
import type { OutgoingMessage } from '../../provider.ts';

type MediaType = 'image' | 'video' | 'audio' | 'document';

const MEDIA_TYPES: Record<string, MediaType> = {
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  mp4: 'video',
  '3gp': 'video',
  aac: 'audio',
  amr: 'audio',
  m4a: 'audio',
  mp3: 'audio',
  ogg: 'audio',
  oga: 'audio',
};

/**
 * The body of `POST /PHONE-NUMBER-ID/messages`, which depends on the message alone; null when Meta has no such message:
 * an audio file takes no text.
 */
export function toMetaMessage(message: OutgoingMessage): object | null {
  const content = contentOf(message);
  if (content === null) return null;
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: message.phone,
    ...content,
    // Comes back in every status of this message: how an unknown outcome is settled, not a guard against a second one.
    biz_opaque_callback_data: message.reference,
  };
}

function contentOf({ template, media, body }: OutgoingMessage): object | null {
  if (template !== null) {
    const header = media === null ? [] : [{ type: 'header', parameters: [mediaParameter(media)] }];
    const parameters = template.parameters.map((text) => ({ type: 'text', text }));
    const components = [...header, ...(parameters.length === 0 ? [] : [{ type: 'body', parameters }])];
    const language = { code: template.language };
    return {
      type: 'template',
      template: { name: template.name, language, ...(components.length === 0 ? {} : { components }) },
    };
  }
  if (media === null) return { type: 'text', text: { body, preview_url: false } };
  const type = mediaType(media);
  return type === 'audio' ? null : { type, [type]: { link: media.url, caption: body } };
}

function mediaParameter(media: Media): object {
  const type = mediaType(media);
  return { type, [type]: { link: media.url } };
}

/** By the file's ending: Meta is told the type, it does not guess. */
function mediaType(media: Media): MediaType {
  if (media.format === 'ptt') return 'audio';
  const ending = /\.([a-z0-9]+)$/i.exec(new URL(media.url).pathname)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(MEDIA_TYPES, ending) ? (MEDIA_TYPES[ending] ?? 'document') : 'document';
}
