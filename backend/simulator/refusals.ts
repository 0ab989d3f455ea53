/** What the provider says when it does not take a message: HTTP status, code and sentence. */
export type Refusal = { status: number; code: string; message: string };

/** Refusals that can be asked for by name. Codes as the provider's public material gives them. */
export const REFUSALS = {
  rate_limited: { status: 429, code: 'too_many_requests', message: 'Too many requests: slow down' },
  invalid_phone: { status: 400, code: 'phone:invalid', message: 'Invalid phone number: E.164 format is required' },
  unauthorized: { status: 401, code: 'unauthorized', message: 'Unauthorized: invalid or expired API token' },
  payment_required: { status: 402, code: 'payment_required', message: 'Subscription expired or payment required' },
  forbidden: { status: 403, code: 'forbidden', message: 'Forbidden: the token cannot use this device' },
  not_found: { status: 404, code: 'notfound', message: 'Resource not found' },
  conflict: { status: 409, code: 'device:conflict', message: 'The device cannot send messages now' },
  payload_too_large: { status: 413, code: 'payload_too_large', message: 'Payload too large' },
  unsupported_media: { status: 415, code: 'media:unsupported', message: 'Unsupported media type' },
  server_error: { status: 500, code: 'internal', message: 'Internal server error' },
  bad_gateway: { status: 502, code: 'bad_gateway', message: 'Bad gateway' },
  unavailable: { status: 503, code: 'unavailable', message: 'Service temporarily unavailable' },
  gateway_timeout: { status: 504, code: 'gateway_timeout', message: 'Gateway timeout' },
  number_not_found: { status: 400, code: 'number:notfound', message: 'The phone number is not registered in WhatsApp' },
  contact_blocked: { status: 400, code: 'contact:blocked', message: 'The contact blocked this number' },
  contact_excluded: { status: 400, code: 'contact:excluded', message: 'The contact is on the exclusion list' },
  message_forbidden: { status: 403, code: 'message:forbidden', message: 'Messages to this chat are forbidden' },
  forbidden_first_message: {
    status: 403,
    code: 'message:forbidden_first_message',
    message: 'Starting new conversations is restricted for this account',
  },
  chat_cannot_send: { status: 403, code: 'chat:cannot_send', message: 'This chat does not accept messages' },
  media_invalid: { status: 400, code: 'media:invalid', message: 'The media file is invalid' },
  media_download: { status: 400, code: 'media:download', message: 'The media file cannot be downloaded' },
  file_not_found: { status: 400, code: 'file:not_found', message: 'The file does not exist' },
  waba_error: { status: 400, code: 'waba:error', message: 'The official API refused the message' },
} as const satisfies Record<string, Refusal>;

export type RefusalKind = keyof typeof REFUSALS;

/** Which optional fields of an error a client gets: `errorCode`, `errors`, or both. */
export type ErrorShape = 'full' | 'error_code' | 'errors' | 'bare';

/** The provider's JSON for an error. */
export function errorBody(refusal: Refusal, shape: ErrorShape = 'full'): object {
  const { status, code, message } = refusal;
  return {
    status,
    message,
    ...(shape === 'full' || shape === 'error_code' ? { errorCode: `error:${code}` } : {}),
    ...(shape === 'full' || shape === 'errors' ? { errors: [{ code, reason: code.split(':').pop(), message }] } : {}),
  };
}
