import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import SQLite from 'better-sqlite3';
import express, { json } from 'express';
import { asSide } from '../support/side.ts';

/** `file`: each request is inserted into it, and synced, before it is answered. */
export type ExpressTask = { file: string | null };

/** Express 5 as its manual shows it: bodies parsed, nothing checked. */
asSide<ExpressTask>(async ({ file }) => {
  const store = file === null ? () => {} : openInbox(file);
  const app = express();
  app.use(json());
  app.post('/', (request, response) => {
    store(request.body);
    response.json({ received: 1 });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/` };
});

function openInbox(file: string): (body: unknown) => void {
  const database = new SQLite(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, body TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO inbox (body) VALUES (?)');
  return (body) => insert.run(JSON.stringify(body));
}
