import type SftpClient from 'ssh2-sftp-client';
import type { Space } from '../../../../src-shared/model/storage.ts';
import { containsMore } from './list-all.ts';

type Wrapper = Awaited<ReturnType<SftpClient['connect']>>;

/** What one request carries: every server takes as much. */
const PACKET_BYTES = 32 * 1024;
/** How many requests are on their way at once: 2 MiB, which fills a fast line over a long distance. */
const WINDOW = 64;
/** The longest listing of a folder: in entries, and in replies of the server, which may be empty. */
const MOST_ENTRIES = 1_000_000;
const MOST_REPLIES = 100_000;
/** The status of a server that has listed everything. */
const END_OF_LIST = 1;
const NO_SUCH_FILE = 2;

/** What is known of a file on the server. */
export interface RemoteFile {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  readonly isFile: boolean;
  readonly isFolder: boolean;
}

interface Attributes {
  size: number;
  mtime: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

const described = (name: string, info: Attributes): RemoteFile => ({
  name,
  bytes: info.size,
  modifiedAt: new Date(info.mtime * 1000),
  isFile: info.isFile(),
  isFolder: info.isDirectory(),
});

type Callback<T> = (error: Error | undefined | null, answer: T) => void;

/**
 * The requests of SFTP, one method each. They fail with the server's answer, which carries its number, or, once the
 * connection is gone, with what ended it: ssh2 itself would leave some of them without an answer.
 */
export class SftpChannel {
  readonly #wrapper: Wrapper;
  readonly #waiting = new Set<(error: Error) => void>();
  #lost: Error | undefined;

  constructor(wrapper: Wrapper) {
    this.#wrapper = wrapper;
    wrapper.on('close', () => this.lose(new Error('it was closed')));
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Fails all that is asked, now and later. */
  lose(reason: Error): void {
    this.#lost ??= reason;
    for (const fail of this.#waiting) fail(this.#lost);
    this.#waiting.clear();
  }

  /** Makes a folder that only its owner may enter. */
  mkdir(path: string): Promise<void> {
    return this.#do((done) => this.#wrapper.mkdir(path, { mode: 0o700 }, done));
  }

  /** Removes a folder that is empty. */
  rmdir(path: string): Promise<void> {
    return this.#do((done) => this.#wrapper.rmdir(path, done));
  }

  async stat(path: string): Promise<RemoteFile> {
    const info = await this.#ask<Attributes>((done) => this.#wrapper.stat(path, done));
    return described(path, info);
  }

  /** Like {@link stat}, but a link is itself. */
  async lstat(path: string): Promise<RemoteFile> {
    const info = await this.#ask<Attributes>((done) => this.#wrapper.lstat(path, done));
    return described(path, info);
  }

  async list(folder: string): Promise<RemoteFile[]> {
    const handle = await this.#ask<Buffer>((done) => this.#wrapper.opendir(folder, done));
    const found: RemoteFile[] = [];
    try {
      for (let replies = 0; replies < MOST_REPLIES && found.length < MOST_ENTRIES; replies++) {
        const some = await this.#listSome(handle);
        if (some === null) return found;
        for (const file of some) found.push(file);
      }
      throw containsMore(folder, 'can be listed');
    } finally {
      if (!this.isLost) await this.close(handle);
    }
  }

  /** What the server lists with its next reply; `null`: that was all. */
  async #listSome(handle: Buffer): Promise<RemoteFile[] | null> {
    type Entry = { filename: string; attrs: Attributes };
    try {
      const entries = await this.#ask<Entry[]>((done) => this.#wrapper.readdir(handle, done));
      return entries.map(({ filename, attrs }) => described(filename, attrs));
    } catch (error) {
      if (codeOf(error) === END_OF_LIST) return null;
      throw error;
    }
  }

  /** Opens a file that must not be there yet; only its owner may read it. */
  create(path: string): Promise<Buffer> {
    return this.#ask((done) => this.#wrapper.open(path, 'wx', { mode: 0o600 }, done));
  }

  close(handle: Buffer): Promise<void> {
    return this.#do((done) => this.#wrapper.close(handle, done));
  }

  /** Gives a file another name, which must be free. */
  rename(from: string, to: string): Promise<void> {
    return this.#do((done) => this.#wrapper.rename(from, to, done));
  }

  /** Puts a file in the place of another. Where the server knows no such step, there is neither for a moment. */
  async replace(from: string, to: string): Promise<void> {
    try {
      await this.#do((done) => this.#wrapper.ext_openssh_rename(from, to, done));
    } catch (error) {
      if (!isNoExtension(error)) throw error;
      await this.unlink(to).catch((failure: unknown) => {
        if (codeOf(failure) !== NO_SUCH_FILE) throw failure;
      });
      await this.rename(from, to);
    }
  }

  /** Sets when an open file was modified, in whole seconds. */
  setModified(handle: Buffer, at: Date): Promise<void> {
    const seconds = Math.floor(at.getTime() / 1000);
    return this.#do((done) => this.#wrapper.futimes(handle, seconds, seconds, done));
  }

  unlink(path: string): Promise<void> {
    return this.#do((done) => this.#wrapper.unlink(path, done));
  }

  /** Free and total bytes; `null`: an extension of OpenSSH's that this server does not know. */
  async space(path: string): Promise<Space | null> {
    type Facts = Record<'f_bavail' | 'f_blocks' | 'f_frsize', number | bigint>;
    try {
      const facts = await this.#ask<Facts>((done) => this.#wrapper.ext_openssh_statvfs(path, done));
      const size = Number(facts.f_frsize);
      return { freeBytes: Number(facts.f_bavail) * size, totalBytes: Number(facts.f_blocks) * size };
    } catch (error) {
      if (isNoExtension(error)) return null;
      throw error;
    }
  }

  /** Makes what was written durable, where the server knows how. */
  async sync(handle: Buffer): Promise<void> {
    try {
      await this.#ask((done) => this.#wrapper.ext_openssh_fsync(handle, done));
    } catch (error) {
      if (!isNoExtension(error)) throw error;
    }
  }

  /** Writes pieces one after the other from the beginning of a file, many requests at once. */
  async writeAll(handle: Buffer, pieces: AsyncIterable<Buffer>, onProgress: (bytes: number) => void): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    let failure: { error: unknown } | undefined;
    let position = 0;
    let done = 0;
    const write = (packet: Buffer, at: number): void => {
      const sent = this.#do((answer) => this.#wrapper.write(handle, packet, 0, packet.length, at, answer))
        .then(
          () => {
            done += packet.length;
            onProgress(done);
          },
          (error: unknown) => {
            failure ??= { error };
          },
        )
        .finally(() => inFlight.delete(sent));
      inFlight.add(sent);
    };
    try {
      for await (const piece of pieces) {
        for (let start = 0; start < piece.length; start += PACKET_BYTES) {
          if (inFlight.size >= WINDOW) await Promise.race(inFlight);
          if (failure !== undefined) break;
          const packet = piece.subarray(start, start + PACKET_BYTES);
          write(packet, position);
          position += packet.length;
        }
        if (failure !== undefined) break;
      }
    } finally {
      await Promise.all(inFlight);
    }
    if (failure !== undefined) throw failure.error;
  }

  /** Reads a part of a file, many requests at once. Ends early where the file does. */
  async *readFrom(path: string, start: number, bytes: number): AsyncGenerator<Buffer> {
    const handle = await this.#ask<Buffer>((done) => this.#wrapper.open(path, 'r', done));
    const ahead: Promise<Buffer>[] = [];
    const end = start + bytes;
    let asked = start;
    try {
      while (asked < end || ahead.length > 0) {
        while (asked < end && ahead.length < WINDOW) {
          const length = Math.min(PACKET_BYTES, end - asked);
          const packet = this.#readPacket(handle, asked, length);
          // Those behind one that fails are never waited for.
          packet.catch(() => undefined);
          ahead.push(packet);
          asked += length;
        }
        const packet = await ahead.shift();
        if (packet !== undefined) yield packet;
      }
    } finally {
      await Promise.allSettled(ahead);
      if (!this.isLost) await this.close(handle);
    }
  }

  /** Servers may answer less than they are asked for. @throws when the file ends before */
  async #readPacket(handle: Buffer, position: number, length: number): Promise<Buffer> {
    const packet = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const read = await this.#ask<number>((done) =>
        this.#wrapper.read(handle, packet, filled, length - filled, position + filled, done),
      );
      if (read === 0) throw new Error('the file ended early');
      filled += read;
    }
    return packet;
  }

  #do(send: (done: (error?: Error | null) => void) => void): Promise<void> {
    return this.#ask((done) => send((error) => done(error, undefined)));
  }

  #ask<T>(send: (done: Callback<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== undefined) {
        reject(this.#lost);
        return;
      }
      this.#waiting.add(reject);
      const finishOnce = (act: () => void): void => {
        this.#waiting.delete(reject);
        act();
      };
      try {
        send((error, answer) => finishOnce(() => (error ? reject(error) : resolve(answer))));
      } catch (error) {
        finishOnce(() => reject(error));
      }
    });
  }
}

/** ssh2 throws instead of asking, and a server may answer that it does not know (8). */
function isNoExtension(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /does not support this extended/.test(error.message) || codeOf(error) === 8;
}

/** The number of a server's answer. */
const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
