import { createServer, type AddressInfo, type Socket } from 'node:net';

/** One request as it came over the wire. */
export type RawRequest = { head: string; body: string; socket: Socket; connection: number };

/** A server that answers byte by byte as a test says, or not at all. */
export type RawServer = {
  url: string;
  /** All requests that came whole, oldest first. */
  requests: RawRequest[];
  /** What each request gets; a test replaces it. */
  onRequest: (request: RawRequest, index: number) => void;
  /** Resets every open connection; returns how many there were. */
  dropConnections(): number;
  close(): Promise<void>;
};

/** Starts on a free port. Requests must have a `content-length` or no body. */
export async function startRawServer(): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const requests: RawRequest[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    const connection = connections++;
    let received = '';
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const head = received.slice(0, end);
        const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        const rest = received.slice(end + 4);
        if (rest.length < length) return;
        const request = {
          head,
          body: Buffer.from(rest.slice(0, length), 'latin1').toString('utf8'),
          socket,
          connection,
        };
        received = rest.slice(length);
        requests.push(request);
        raw.onRequest(request, requests.length - 1);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const raw: RawServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    onRequest: () => {},
    dropConnections() {
      const open = [...sockets];
      for (const socket of open) socket.resetAndDestroy();
      return open.length;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return raw;
}

/** Answers with a status, headers and a body. */
export function answerWith(
  request: RawRequest,
  {
    status = 200,
    body = '',
    headers = {},
  }: { status?: number; body?: string | object; headers?: Record<string, string> },
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const lines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  request.socket.write(
    `HTTP/1.1 ${status} Status\r\n${lines.join('')}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
