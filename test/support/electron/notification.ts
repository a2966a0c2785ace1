import { EventEmitter } from 'node:events';
import { app } from './app.ts';
import { refuseUnknown, refuseUnknownOptions } from './refuse.ts';
import { record } from './runtime.ts';

const OPTIONS = ['title', 'body', 'silent', 'urgency'];

/** Electron's `Notification`: what would be shown is recorded; a test clicks it by emitting `click`. */
export class Notification extends EventEmitter {
  readonly title: string;
  readonly body: string;

  constructor(options: { title?: string; body?: string } = {}) {
    super();
    refuseUnknownOptions('Notification', options, OPTIONS);
    if (!app.isReady()) throw new Error('Cannot create Notification before app is ready');
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    // biome-ignore lint/correctness/noConstructorReturn: whoever has it must meet the refusal of what it does not know
    return refuseUnknown('Notification', this);
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    record.push({ what: 'notification', title: this.title, body: this.body });
    this.emit('show', {});
  }

  close(): void {
    this.emit('close', {});
  }
}
