import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';

type Json = Record<string, unknown>;

/** One message that the fake Graph API took. */
export type MetaMessage = { id: string; to: string; reference: string | null; body: Json };

/** A Graph API with one phone number: takes messages, refuses on demand, and sends signed webhooks. */
export type MetaServer = {
  /** With the version, as `META_BASE_URL`. */
  url: string;
  ledger: MetaMessage[];
  /** What the next requests get instead of an acceptance, in order. */
  refusals: { status: number; error?: Json; headers?: Record<string, string> }[];
  /** State of the phone number. */
  health: Json;
  /** Delivers a change of `messages` to a webhook address, signed; returns the status of the answer. */
  deliver(url: string, value: Json): Promise<number>;
  status(message: MetaMessage, status: string, fields?: Json): Json;
  answer(from: string, fields?: Json): Json;
  close(): Promise<void>;
};

export const META = {
  phoneNumberId: '106540352242922',
  accessToken: 'EAAG-secret-token',
  appSecret: 'app-secret',
  verifyToken: 'verify-me-0123456789abcdef',
};

export type MetaAccount = typeof META;

/** Starts on a free port; speaks `POST|GET /v24.0/PHONE-NUMBER-ID[/messages]` for one account. */
export async function startMetaServer(account: MetaAccount = META): Promise<MetaServer> {
  let count = 0;
  const server = createServer((incoming, response) => {
    void readJson(incoming).then((body) => {
      const send = (status: number, content: object, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content));
      };
      const path = incoming.url?.split('?')[0];
      if (incoming.headers.authorization !== `Bearer ${account.accessToken}`) {
        send(401, { error: { message: 'Invalid OAuth access token', type: 'OAuthException', code: 190 } });
      } else if (incoming.method === 'GET' && path === `/v24.0/${account.phoneNumberId}`) {
        send(200, meta.health);
      } else if (incoming.method === 'POST' && path === `/v24.0/${account.phoneNumberId}/messages`) {
        const refusal = meta.refusals.shift();
        if (refusal !== undefined) {
          send(refusal.status, refusal.error === undefined ? {} : { error: refusal.error }, refusal.headers);
          return;
        }
        const to = String(body['to']);
        const reference = (body['biz_opaque_callback_data'] as string | undefined) ?? null;
        const message = { id: `wamid.${++count}`, to, reference, body };
        meta.ledger.push(message);
        const contacts = [{ input: to, wa_id: to.replace('+', '') }];
        send(200, {
          messaging_product: 'whatsapp',
          contacts,
          messages: [{ id: message.id, message_status: 'accepted' }],
        });
      } else {
        send(404, { error: { message: 'Unsupported request', code: 100 } });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const meta: MetaServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v24.0`,
    ledger: [],
    refusals: [],
    health: { id: account.phoneNumberId, status: 'CONNECTED', quality_rating: 'GREEN' },
    async deliver(url, value) {
      const body = JSON.stringify(envelope(value));
      const answer = await request(url, { method: 'POST', headers: signedHeaders(body, account.appSecret), body });
      await answer.body.dump();
      return answer.statusCode;
    },
    status: (message, status, fields = {}) => ({
      ...metadata(account),
      statuses: [
        {
          ...{ id: message.id, status, timestamp: '1795161600', recipient_id: message.to.replace('+', '') },
          ...(message.reference === null ? {} : { biz_opaque_callback_data: message.reference }),
          ...fields,
        },
      ],
    }),
    answer: (from, fields = {}) => ({
      ...metadata(account),
      contacts: [{ profile: { name: 'Zoé' }, wa_id: from.replace('+', '') }],
      messages: [
        {
          ...{ from: from.replace('+', ''), id: `wamid.in.${++count}`, timestamp: '1795161600' },
          ...{ type: 'text', text: { body: 'Oui' }, ...fields },
        },
      ],
    }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return meta;
}

export function metadata({ phoneNumberId }: Pick<MetaAccount, 'phoneNumberId'> = META): Json {
  return {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '33639980000', phone_number_id: phoneNumberId },
  };
}

/** A change of a field, as Meta wraps it. */
export function envelope(value: Json, field = 'messages'): Json {
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: '1029384756', time: 1_795_161_600, changes: [{ field, value }] }],
  };
}

export function signedHeaders(body: string | Buffer, secret = META.appSecret): Record<string, string> {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
}

async function readJson(incoming: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Json);
}
