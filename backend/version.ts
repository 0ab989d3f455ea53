import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const levels = path.basename(import.meta.dirname) === 'main' ? '../../package.json' : '../package.json';
const manifest = z.object({ version: z.string() });

/** Version of the application, from its package. */
export const VERSION = manifest.parse(JSON.parse(readFileSync(path.join(import.meta.dirname, levels), 'utf8'))).version;
