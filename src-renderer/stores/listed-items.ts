import type { Client } from '../../src-shared/contract/client.ts';
import type { Params, Result } from '../../src-shared/contract/methods.ts';
import { type Answers, questionOf } from './answers.ts';

type Listed = 'plans.list' | 'destinations.list';
type Item<M extends Listed> = Result<M>[number];

/** A list whose items can be asked for by their ids. */
export interface ItemList<M extends Listed> {
  readonly method: M;
  paramsOf(ids: string[]): Params<M>;
  /** What a person has set: its id and its name, and all else that only a person changes. */
  settingsOf(item: Item<M>): { id: string; name: string };
}

/** With more items than these, the whole list is asked for. */
const MOST_ITEMS = 20;

/**
 * Keeps a list that is watched up to date: of what events name, only those items are asked for, in one request at a time.
 * Items that are as they were stay the same objects.
 */
export class ListedItems<M extends Listed> {
  readonly #client: Client;
  readonly #answers: Answers;
  readonly #list: ItemList<M>;
  readonly #settingsChanged: (revision: number) => void;
  readonly #wanted = new Set<string>();
  #asking = false;

  /** @param settingsChanged called when what a person has set may have changed, or the list is another one */
  constructor(client: Client, answers: Answers, list: ItemList<M>, settingsChanged: (revision: number) => void) {
    this.#client = client;
    this.#answers = answers;
    this.#list = list;
    this.#settingsChanged = settingsChanged;
  }

  /** An event has named items that have changed. @param ids `null`: any */
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
      // Whoever watches the whole list is told why it fails; without a connection it is asked for after reconnecting.
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

/** A list with what was asked for of it: changed items in place of those before, new ones in the order of names. */
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
