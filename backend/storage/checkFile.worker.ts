import SQLite from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';
import { schemaVersion } from './migrate.ts';
import type { FileCheck } from './checkFile.ts';

function check(file: string): FileCheck {
  let database: SQLite.Database | null = null;
  try {
    database = new SQLite(file, { readonly: true, fileMustExist: true });
    const verdict = String(database.pragma('integrity_check(1)', { simple: true }));
    const schema = schemaVersion(database);
    if (verdict !== 'ok') return { kind: 'damaged', detail: verdict.slice(0, 200) };
    return schema > 0 ? { kind: 'sound', schema } : { kind: 'damaged', detail: 'no tables' };
  } catch (error) {
    return { kind: 'damaged', detail: error instanceof SQLite.SqliteError ? error.code : String(error) };
  } finally {
    database?.close();
  }
}

parentPort?.postMessage(check(String(workerData)));
