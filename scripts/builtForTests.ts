import path from 'node:path';
import { ensureBuilt } from './build.ts';

/** Tests in a browser and of the desktop app use `out/`, built from the sources as they are. */
export async function setup(): Promise<void> {
  if (!(await ensureBuilt(path.join(import.meta.dirname, '..')))) throw new Error('npm run build failed, see above');
}
