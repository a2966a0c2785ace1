import { randomUUID } from 'node:crypto';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { OpenCopies, OpenCopy } from './open-copies.ts';
import { type Asking, ViewProcess, type ViewProcessOptions } from './view-process.ts';
import type { ViewAnswer, ViewParams, ViewQuestion } from './view-questions.ts';

/** How many views are open; the one unused for longest makes room for another. */
const MOST_VIEWS = 50;
/** How many of them have a process; each takes some 60 MB. */
const MOST_PROCESSES = 8;
/** How long a view is open that nobody asks, in milliseconds. */
const VIEW_IDLE_MS = 10 * 60_000;
/** How long its process waits for another question, in milliseconds. */
const PROCESS_IDLE_MS = 60_000;

/** What a view shows. */
export interface ViewedCopy {
  /** See {@link OpenCopies}. */
  copyId: string;
  copy: OpenCopy;
  /** For people: the name of the snapshot or file. */
  name: string;
  snapshotId: string | null;
  planId: string | null;
}

interface View {
  readonly id: string;
  /** One, or the two sides of a comparison. */
  readonly copies: readonly ViewedCopy[];
  readonly process: ViewProcess;
  /** The last question, by which the next one waits. */
  last: Promise<unknown>;
  waiting: number;
  lastUsed: number;
  forget: () => void;
}

/** What is being read: each view has one or two open copies and a child process that reads them. */
export class Views {
  readonly #copies: OpenCopies;
  readonly #options: ViewProcessOptions;
  readonly #views = new Map<string, View>();
  #uses = 0;

  constructor(copies: OpenCopies, options: ViewProcessOptions) {
    this.#copies = copies;
    this.#options = options;
  }

  /** Opens a view of copies that are in use for it; closing it releases them. @returns its id */
  open(copies: readonly ViewedCopy[]): string {
    const id = randomUUID();
    const images = copies.map(({ copy: { path, unlocking } }) => ({ path, unlocking }));
    const view: View = {
      id,
      copies,
      process: new ViewProcess(this.#options, images),
      last: Promise.resolve(),
      waiting: 0,
      lastUsed: 0,
      forget: () => {},
    };
    this.#views.set(id, view);
    this.#touch(view);
    for (const { id: oldest } of this.#idle().slice(0, Math.max(0, this.#views.size - MOST_VIEWS)))
      if (oldest !== id) void this.close(oldest);
    return id;
  }

  isOpen(viewId: string): boolean {
    return this.#views.has(viewId);
  }

  /** Returns what a view shows. @throws SnapkeepError `NOT_FOUND` when it is closed */
  copiesOf(viewId: string): readonly ViewedCopy[] {
    return this.#require(viewId).copies;
  }

  /**
   * Asks a view a question; it waits for the questions before it.
   * @throws SnapkeepError `NOT_FOUND` when the view is closed, and as {@link ViewProcess.ask}
   */
  async ask<Q extends ViewQuestion>(
    viewId: string,
    question: Q,
    params: ViewParams[Q],
    asking: Asking,
  ): Promise<ViewAnswer<Q>> {
    const view = this.#require(viewId);
    const { signal } = asking;
    if (signal.aborted) throw cancelledError();
    this.#touch(view);
    view.waiting += 1;
    const answer = view.last.then(() => {
      // Its view may have been closed while it waited.
      this.#require(viewId);
      if (!signal.aborted) this.#limitProcesses(view);
      return view.process.ask(question, params, asking);
    });
    view.last = answer.catch(() => undefined);
    // A question that waits for another one ends at once, too.
    const cancelled = Promise.withResolvers<never>();
    const onAbort = (): void => cancelled.reject(cancelledError());
    signal.addEventListener('abort', onAbort);
    try {
      return await Promise.race([answer, cancelled.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      view.waiting -= 1;
      if (this.#views.has(view.id)) this.#touch(view);
    }
  }

  /** Closes a view, and whatever it is answering. */
  async close(viewId: string): Promise<void> {
    const view = this.#views.get(viewId);
    if (view === undefined) return;
    this.#views.delete(viewId);
    view.forget();
    view.process.end(closedError());
    await view.process.gone();
    for (const { copyId } of view.copies) this.#copies.release(copyId);
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#views.keys()].map((id) => this.close(id)));
  }

  #require(viewId: string): View {
    const view = this.#views.get(viewId);
    if (view !== undefined) return view;
    throw closedError();
  }

  /** Notes that a view is used now; its process ends before it is closed. */
  #touch(view: View): void {
    this.#uses += 1;
    view.lastUsed = this.#uses;
    view.forget();
    const { clock } = this.#options;
    view.forget = clock.wake(PROCESS_IDLE_MS, () => {
      if (view.waiting > 0) return;
      view.process.end(closedError());
      view.forget = clock.wake(VIEW_IDLE_MS - PROCESS_IDLE_MS, () => void this.close(view.id));
    });
  }

  /** Views that answer nothing, the longest unused first. */
  #idle(): View[] {
    return [...this.#views.values()]
      .filter(({ waiting }) => waiting === 0)
      .sort((one, other) => one.lastUsed - other.lastUsed);
  }

  /** Ends processes of views that answer nothing, so that one more can be started. */
  #limitProcesses(asked: View): void {
    if (asked.process.isRunning) return;
    const running = [...this.#views.values()].filter(({ process }) => process.isRunning).length;
    const idle = this.#idle().filter(({ process }) => process.isRunning);
    for (const { process } of idle.slice(0, Math.max(0, running + 1 - MOST_PROCESSES))) process.end(closedError());
  }
}

const closedError = (): SnapkeepError =>
  new SnapkeepError('NOT_FOUND', 'This view of the database was closed.', {
    hint: 'Open the snapshot again. A view is closed after 10 minutes without use.',
  });
