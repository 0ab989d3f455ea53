import { readFileSync } from 'node:fs';
import path from 'node:path';

const PNG_SIGNATURE = '89504e470d0a1a0a';

/** An image read from a file, known by its name. */
export class NativeImage {
  readonly name: string;

  constructor(file: string) {
    if (readFileSync(file).toString('hex', 0, 8) !== PNG_SIGNATURE) throw new Error(`${file} is no PNG`);
    this.name = path.basename(file, '.png');
  }

  setTemplateImage(): void {}
}

export const nativeImage = {
  /** Electron gives an empty image where there is no file; here it fails. */
  createFromPath: (file: string): NativeImage => new NativeImage(file),
};
