import { EventEmitter } from 'node:events';
import { refuseUnknown } from './refuse.ts';

class NativeTheme extends EventEmitter {
  _source = 'system';

  get themeSource(): string {
    return this._source;
  }

  set themeSource(source: string) {
    this._source = source;
    this.emit('updated');
  }

  get shouldUseDarkColors(): boolean {
    return this._source === 'dark';
  }
}

/** Electron's `nativeTheme`; the system is light. */
export const nativeTheme = refuseUnknown('nativeTheme', new NativeTheme());

/** What a page is to prefer: nothing of its own while the system decides, so that a test can. */
export function preferredScheme(): string | undefined {
  return nativeTheme.themeSource === 'system' ? undefined : nativeTheme.themeSource;
}
