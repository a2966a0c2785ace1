import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { DatabaseMark } from '../../../../src-shared/model/restore/replacement.ts';
import { discardSafety } from '../undo/discard-safety.ts';
import type { SafetyRequest } from '../undo/safety-snapshot.ts';

/** What is about to be replaced, or is not replaced after all. */
export interface NotedDatabase {
  /** What Undo would put back; `null`: there is nothing yet. */
  safety: Manifest | null;
  /** `null`: nothing has been touched. */
  mark: DatabaseMark | null;
  /** The database that has left WAL mode; `null`: none. */
  leftWal: string | null;
}

/** Takes note of a database, durably. Called right before each change of it. */
export type NoteDatabase = (database: NotedDatabase) => Promise<void>;

/** Holds the safety snapshot of one replacement and sees to it that it is known exactly when it may be needed. */
export class Keeper {
  readonly #request: SafetyRequest;
  readonly #note: NoteDatabase;
  #safety: Manifest | null = null;
  #mark: DatabaseMark | null = null;
  #leftWal: string | null = null;
  #noted = false;
  #held = false;

  constructor(request: SafetyRequest, note: NoteDatabase) {
    this.#request = request;
    this.#note = note;
  }

  get safety(): Manifest | null {
    return this.#safety;
  }

  get isNoted(): boolean {
    return this.#noted;
  }

  async keep(take: () => Promise<Manifest>): Promise<Manifest> {
    this.#safety = await take();
    return this.#safety;
  }

  /** The database leaves WAL mode; `null`: it has returned to it. */
  readonly noteLeftWal = (path: string | null): Promise<void> => {
    this.#leftWal = path;
    return this.#tell();
  };

  /** From now on Undo may be needed. @param mark how it is recognised later what was done; `null`: it is not */
  note(mark: DatabaseMark | null): Promise<void> {
    this.#noted = true;
    this.#mark = mark;
    return this.#tell();
  }

  /** It may be needed whatever comes. */
  hold(): void {
    this.#held = true;
  }

  /** Nothing was replaced. */
  async giveUp(): Promise<void> {
    if (this.#held) return;
    if (this.#noted) {
      this.#noted = false;
      this.#mark = null;
      await this.#tell();
    }
    if (this.#safety === null) return;
    const { name } = this.#safety;
    this.#safety = null;
    await discardSafety(this.#request.safetyFolder, name);
  }

  #tell(): Promise<void> {
    return this.#note({
      safety: this.#noted ? this.#safety : null,
      mark: this.#mark,
      leftWal: this.#leftWal,
    });
  }
}
