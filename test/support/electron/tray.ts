import { EventEmitter } from 'node:events';
import { app } from './app.ts';
import type { BuiltMenu } from './menu.ts';
import { NativeImage } from './native-image.ts';
import { refuseUnknown } from './refuse.ts';

/** Electron's `Tray`: nothing is drawn; a test that wants to see it replaces its methods, as on real Electron. */
export class Tray extends EventEmitter {
  _image: NativeImage;
  _toolTip = '';
  _menu: BuiltMenu | null = null;
  _destroyed = false;

  constructor(image: NativeImage) {
    super();
    if (!app.isReady()) throw new Error('Cannot create Tray before app is ready');
    this._image = imageOf(image);
    // biome-ignore lint/correctness/noConstructorReturn: whoever has it must meet the refusal of what it does not know
    return refuseUnknown('Tray', this);
  }

  setImage(image: NativeImage): void {
    this._image = imageOf(image);
  }

  setToolTip(text: string): void {
    this._toolTip = text;
  }

  setContextMenu(menu: BuiltMenu | null): void {
    this._menu = menu;
  }

  destroy(): void {
    this._destroyed = true;
  }

  isDestroyed(): boolean {
    return this._destroyed;
  }
}

function imageOf(image: unknown): NativeImage {
  if (image instanceof NativeImage) return image;
  throw new Error('stand-in: a tray takes a NativeImage alone');
}
