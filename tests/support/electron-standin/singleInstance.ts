import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

type Greeting = { argv: string[]; directory: string };

/** One process per data folder: the first holds a lock file and listens, later ones hand their arguments over. */
export class SingleInstance {
  readonly #base: string;
  #server: Server | null = null;
  #handedOver: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
    this.#base = path.join(tmpdir(), `vigie-standin-${name}`);
  }

  /** True for the first instance; else the arguments are on their way to it. */
  acquire(onSecond: (greeting: Greeting) => void): boolean {
    if (this.#server) return true;
    if (this.#holderLives()) {
      this.#handedOver = this.#handOver({ argv: process.argv, directory: process.cwd() });
      return false;
    }
    rmSync(this.#socket, { force: true });
    writeFileSync(this.#lock, String(process.pid));
    this.#server = createServer((socket) => {
      let text = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk: string) => {
        text += chunk;
      });
      socket.on('end', () => {
        onSecond(JSON.parse(text) as Greeting);
      });
    });
    this.#server.listen(this.#socket).unref();
    return true;
  }

  /** Lets go, after what had to be handed over is handed over. */
  async release(): Promise<void> {
    await this.#handedOver;
    if (!this.#server) return;
    this.#server.close();
    rmSync(this.#lock, { force: true });
  }

  get #socket(): string {
    return `${this.#base}.sock`;
  }

  get #lock(): string {
    return `${this.#base}.pid`;
  }

  #holderLives(): boolean {
    try {
      process.kill(Number(readFileSync(this.#lock, 'utf8')), 0);
      return true;
    } catch {
      return false;
    }
  }

  #handOver(greeting: Greeting): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#socket, () => socket.end(JSON.stringify(greeting)));
      socket.once('close', () => {
        resolve();
      });
      socket.once('error', reject);
    });
  }
}
