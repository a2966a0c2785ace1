import type { Client } from '../../src-shared/contract/client.ts';
import type { Params, Result } from '../../src-shared/contract/methods.ts';
import { type Answers, questionOf } from './answers.ts';

type Listed = 'plans.list' | 'destinations.list';
type Item<M extends Listed> = Result<M>[number];

/** A list whose items can be asked for by their ids. */
export interface ItemList<M extends Listed> {
  readonly method: M;
  paramsOf(ids: string[]): Params<M>;
  /** The settings of an item: its id, its name, and all else that only a person changes. */
  settingsOf(item: Item<M>): { id: string; name: string };
}

/** With more items than these, the whole list is requested. */
const MOST_ITEMS = 20;

/**
 * Keeps a watched list up to date: only the items that events name are requested, in one request at a time. Unchanged items
 * stay the same objects.
 */
export class ListedItems<M extends Listed> {
  readonly #client: Client;
  readonly #answers: Answers;
  readonly #list: ItemList<M>;
  readonly #settingsChanged: (revision: number) => void;
  readonly #wanted = new Set<string>();
  #asking = false;

  /** @param settingsChanged called when the settings of items may have changed, or the list was replaced */
  constructor(client: Client, answers: Answers, list: ItemList<M>, settingsChanged: (revision: number) => void) {
    this.#client = client;
    this.#answers = answers;
    this.#list = list;
    this.#settingsChanged = settingsChanged;
  }

  /** Requests items that have changed. @param ids `null`: any */
  changed(ids: readonly string[] | null, revision: number): void {
    for (const id of ids ?? []) this.#wanted.add(id);
    const { byQuestion } = this.#answers.store.getState();
    const isLoaded = byQuestion[questionOf(this.#list.method, {})]?.value != null;
    if (ids === null || this.#wanted.size > MOST_ITEMS || !isLoaded) this.#askForAll(revision);
    else if (!this.#asking) void this.#ask(revision);
  }

  #askForAll(revision: number): void {
    this.#wanted.clear();
    this.#answers.invalidate(this.#list.method, revision);
    this.#settingsChanged(revision);
  }

  async #ask(changedAt: number): Promise<void> {
    this.#asking = true;
    try {
      while (this.#wanted.size > 0) {
        const ids = [...this.#wanted];
        this.#wanted.clear();
        const { result, revision } = await this.#client.ask(this.#list.method, this.#list.paramsOf(ids));
        this.#put(ids, result as Item<M>[], revision);
      }
    } catch {
      // The watchers of the whole list get the error; without a connection it is requested after reconnecting.
      this.#askForAll(changedAt);
    } finally {
      this.#asking = false;
    }
  }

  #put(ids: readonly string[], items: readonly Item<M>[], revision: number): void {
    const { settingsOf } = this.#list;
    const settings = (list: readonly Item<M>[]): string =>
      JSON.stringify(list.map(settingsOf).filter(({ id }) => ids.includes(id)));
    let isSame = true;
    this.#answers.patch(this.#list.method, {} as Params<M>, revision, (list) => {
      const before = (list ?? []) as Item<M>[];
      isSame = settings(before) === settings(items);
      return putItems(before, ids, items, settingsOf) as Result<M>;
    });
    if (!isSame) this.#settingsChanged(revision);
  }
}

/** Returns a list with requested items: changed ones replace the earlier ones, new ones are added by name. */
export function putItems<T>(
  list: readonly T[],
  ids: readonly string[],
  items: readonly T[],
  settingsOf: (item: T) => { id: string; name: string },
): T[] {
  const known = new Map(list.map((item) => [settingsOf(item).id, item]));
  const renewed = items.map((item) => {
    const before = known.get(settingsOf(item).id);
    return before !== undefined && JSON.stringify(before) === JSON.stringify(item) ? before : item;
  });
  const nameOf = (item: T): string => settingsOf(item).name.toLowerCase();
  const replaced = new Set([...ids, ...items.map((item) => settingsOf(item).id)]);
  const others = list.filter((item) => !replaced.has(settingsOf(item).id));
  return [...others, ...renewed].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));
}
