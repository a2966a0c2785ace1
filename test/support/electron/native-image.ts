import { existsSync, readFileSync } from 'node:fs';
import { refuseUnknown } from './refuse.ts';

const PNG_SIGNATURE = '89504e470d0a1a0a';

/** Electron's `NativeImage`: a file's bytes. A file that is not there makes an empty image, as on real Electron. */
export class NativeImage {
  readonly _file: string;
  readonly _bytes: Buffer;

  constructor(file: string) {
    this._file = file;
    this._bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  }

  isEmpty(): boolean {
    return this._bytes.length === 0;
  }

  isTemplateImage(): boolean {
    return /Template(@\dx)?\.\w+$/.test(this._file);
  }

  getSize(): { width: number; height: number } {
    if (!this._isPng()) return { width: 0, height: 0 };
    return { width: this._bytes.readUInt32BE(16), height: this._bytes.readUInt32BE(20) };
  }

  toPNG(): Buffer {
    if (!this.isEmpty() && !this._isPng()) throw new Error(`stand-in: ${this._file} is no PNG`);
    return Buffer.from(this._bytes);
  }

  _isPng(): boolean {
    return this._bytes.subarray(0, 8).toString('hex') === PNG_SIGNATURE;
  }
}

/** Electron's `nativeImage`. */
export const nativeImage = refuseUnknown('nativeImage', {
  createFromPath: (path: string): NativeImage => refuseUnknown('NativeImage', new NativeImage(path)),
});
