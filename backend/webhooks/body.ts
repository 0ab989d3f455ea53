import type { IncomingMessage } from 'node:http';

/** What is read and thrown away of a body that is too large, so that its sender hears the refusal; then it is cut. */
const MOST_DISCARDED = 16 * 1024 * 1024;

/** The raw bytes of a body, or why there are none. */
export type Body = Buffer | 'too_large' | 'cut_off';

/** Reads a body up to a limit, without trusting its declared length. */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    discard(request);
    return Promise.resolve('too_large');
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      request.removeAllListeners('data');
      discard(request);
      resolve('too_large');
    });
    request.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    request.on('error', () => {
      resolve('cut_off');
    });
    request.on('close', () => {
      resolve('cut_off');
    });
  });
}

/** Lets a body that nobody wants pass by, within reason. */
export function discard(request: IncomingMessage): void {
  let size = 0;
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_DISCARDED) request.socket.destroy();
  });
}
