/**
 * Loaded into a host before its entry (`node --import`): kills it at the n-th point where it writes or speaks with the
 * provider. The host itself knows nothing of it: what is watched are SQLite, the files that are put in place by a
 * rename, and the sockets that it opens.
 *
 * `VIGIE_FAILPOINT`: n, from 1; without it the points are only counted. `VIGIE_FAILPOINT_AT`: a regular expression,
 * the points that count. `VIGIE_FAILPOINT_LOG`: a file that gets the names of the points, the last one is the fatal one.
 */
import SQLite from 'better-sqlite3';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import path from 'node:path';

const fatal = Number(process.env['VIGIE_FAILPOINT'] ?? Infinity);
const counted = new RegExp(process.env['VIGIE_FAILPOINT_AT'] ?? '');
const log = process.env['VIGIE_FAILPOINT_LOG'];
const names: string[] = [];

function point(name: string): void {
  if (!counted.test(name)) return;
  names.push(name);
  if (names.length !== fatal) return;
  writeLog('killed');
  process.kill(process.pid, 'SIGKILL');
}
function writeLog(end: 'killed' | 'ended'): void {
  if (log !== undefined) fs.writeFileSync(log, JSON.stringify({ end, names }));
}
process.on('exit', () => {
  writeLog('ended');
});

/** Does a commit between its two points. */
function committing<Result>(database: SQLite.Database, commit: () => Result): Result {
  const file = path.basename(database.name);
  point(`before commit of ${file}`);
  const result = commit();
  point(`after commit of ${file}`);
  return result;
}

/** What begins or ends a transaction, but for the commit. */
const BRACKET = /^\s*(BEGIN|SAVEPOINT|RELEASE|ROLLBACK|PRAGMA)/i;
type Statement = { source: string; readonly: boolean; database: SQLite.Database };
type Method = (this: Statement, ...args: unknown[]) => unknown;

function isCommit({ source, readonly, database }: Statement): boolean {
  if (database.inTransaction) return source === 'COMMIT';
  return !readonly && !BRACKET.test(source);
}
const statements = Object.getPrototypeOf(new SQLite(':memory:').prepare('SELECT 1')) as Record<string, Method>;
for (const name of ['run', 'get', 'all']) {
  const method = statements[name]!;
  statements[name] = function (...args) {
    const call = (): unknown => method.apply(this, args);
    return isCommit(this) ? committing(this.database, call) : call();
  };
}
const { exec } = SQLite.prototype;
SQLite.prototype.exec = function (sql) {
  const call = (): SQLite.Database => exec.call(this, sql);
  return this.inTransaction || BRACKET.test(sql) ? call() : committing(this, call);
};

const { renameSync } = fs;
fs.renameSync = (from, to) => {
  const name = path.basename(String(to));
  point(`before ${name} is put in place`);
  renameSync(from, to);
  point(`after ${name} was put in place`);
};
syncBuiltinESMExports();

/** Sockets on which the host asks; those on which it answers are none of these. */
const asking = new WeakSet<Socket>();
const { write, push } = Socket.prototype;
Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
  const request = typeof args[0] === 'string' ? /^([A-Z]+ \/[^ ?]*)\S* HTTP\/1/.exec(args[0]) : null;
  if (request !== null) {
    asking.add(this);
    point(`before request ${request[1]}`);
  }
  return write.apply(this, args);
} as typeof write;
Socket.prototype.push = function (this: Socket, ...args: Parameters<typeof push>) {
  if (asking.has(this) && args[0] !== null) point('after answer of the provider');
  return push.apply(this, args);
};
