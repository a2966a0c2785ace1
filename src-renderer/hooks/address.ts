import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

/*
 * The address of what the window shows lies wholly in the fragment, for example `#/databases?show=attention`: no server and
 * no scheme of a host sees it, a reload keeps it, and Back returns to it.
 */

type Step = () => void;

/** Asks before another page takes the place of what is shown; `null`: nothing on it would be lost. */
let guard: ((leave: Step) => void) | null = null;
const listeners = new Set<() => void>();

/** The fragment that is shown. It differs from the one of the window while a person is asked whether to leave. */
let shown = location.hash;

/** What each entry of the history remembers: its number, so that Back can be told from Forward, and the addresses below it. */
interface Entry {
  entry: number;
  below: string[];
}
/** More dialogs are never above each other. */
const MOST_BELOW = 10;

const stateNow = (): Partial<Entry> => (history.state as Partial<Entry> | null) ?? {};
let { entry = 0 } = stateNow();

/** What changes the history once it has gone back to an entry; `null`: it is not going back. */
let waiting: Step[] | null = null;

const partsOf = (fragment: string): [path: string, search: string] => {
  const [path = '', ...search] = fragment.replace(/^#?\/?/, '').split('?');
  return [`/${path}`, search.join('?')];
};
const pathNow = (): string => partsOf(shown)[0];
const searchNow = (): string => partsOf(shown)[1];

function show(fragment: string): void {
  shown = fragment;
  for (const listener of [...listeners]) listener();
}

/** Follows Back, Forward and typed addresses; one that leaves a guarded page is taken back until the person has answered. */
function follow(): void {
  // A typed address has its own entry.
  const { entry: to = entry + 1, below = [] } = stateNow();
  history.replaceState({ entry: to, below } satisfies Entry, '');
  const steps = to - entry;
  if (guard !== null && steps !== 0 && partsOf(location.hash)[0] !== pathNow()) {
    history.go(-steps);
    guard(() => history.go(steps));
    return;
  }
  entry = to;
  if (location.hash !== shown) show(location.hash);
}
history.replaceState({ below: [], ...stateNow(), entry } satisfies Entry, '');
addEventListener('hashchange', follow);

/** What lies above all else, dialogs included: the palette or the list of keys. */
const OVER = 'over';
/** The palette is no address to come back to: what is chosen in it takes its place. */
const isPalette = (): boolean => new URLSearchParams(searchNow()).get(OVER) === 'palette';

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

/**
 * Shows another address.
 * @param replace takes the place of the current entry in the history; the address that is shown already always does
 */
export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const go = (): void => {
    const adds = !replace && !isPalette() && shown !== `#${to}`;
    const from = addressNow();
    change(() => {
      const { below = [] } = stateNow();
      if (adds) entry += 1;
      const state: Entry = { entry, below: adds ? [...below, from].slice(-MOST_BELOW) : below };
      if (adds) history.pushState(state, '', `#${to}`);
      else history.replaceState(state, '', `#${to}`);
    });
    show(`#${to}`);
  };
  leaveFor(to, go);
}

/**
 * Shows the address again from which what is shown was opened, so that Back does not lead to what has been closed.
 * @param addresses from which it may have been opened; the first one is shown when none of them was
 */
export function returnTo(...addresses: [string, ...string[]]): void {
  const { below = [] } = stateNow();
  const index = Math.max(...addresses.map((address) => below.lastIndexOf(address)));
  const to = below[index];
  if (addresses.includes(addressNow())) return;
  if (to === undefined || waiting !== null) {
    navigate(addresses[0], { replace: true });
    return;
  }
  leaveFor(to, () => {
    waiting = [];
    addEventListener('popstate', returned, { once: true });
    history.go(index - below.length);
    show(`#${to}`);
  });
}

/** The history goes back later than it is asked to. */
function returned(): void {
  entry = stateNow().entry ?? entry;
  const changes = waiting ?? [];
  waiting = null;
  for (const each of changes) each();
}

function change(step: Step): void {
  if (waiting === null) step();
  else waiting.push(step);
}

const addressNow = (): string => addressWith({});

function leaveFor(to: string, go: Step): void {
  if (guard !== null && partsOf(to)[0] !== pathNow()) guard(go);
  else go();
}

/** Whether a person is leaving a page with unsaved changes, and what becomes of it. */
export interface Leaving {
  asked: boolean;
  leave(): void;
  stay(): void;
}

/** Guards a page while it has unsaved changes: who leaves it, or closes the tab of the browser, is asked first. */
export function useLeaveGuard(unsaved: boolean): Leaving {
  const [leave, setLeave] = useState<Step | null>(null);
  useEffect(() => {
    if (!unsaved) return;
    guard = (step) => setLeave(() => step);
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    // The desktop application would refuse to close without a word: it asks itself.
    if (window.snapkeepBridge === undefined) addEventListener('beforeunload', ask);
    else window.snapkeepBridge.setUnsaved(true);
    return () => {
      guard = null;
      window.snapkeepBridge?.setUnsaved(false);
      removeEventListener('beforeunload', ask);
    };
  }, [unsaved]);
  return {
    asked: leave !== null,
    leave: () => {
      guard = null;
      setLeave(null);
      leave?.();
    },
    stay: () => setLeave(null),
  };
}

/** The location hook of the router: the path of the address without its parameters. */
export function useAddress(): [string, typeof navigate] {
  return [useSyncExternalStore(subscribe, pathNow), navigate];
}
useAddress.hrefs = (to: string): string => `#${to}`;

/** Returns the parameters of the address. */
export function useParameters(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(subscribe, searchNow));
}

/**
 * Returns a parameter of the address, empty where it is not set, and a function to change it. A filter replaces the current
 * entry of the history; what opens something adds one, so that Back closes it.
 */
export function useParameter(name: string): [string, (value: string, options?: { replace?: boolean }) => void] {
  const value = useParameters().get(name) ?? '';
  const set = useCallback(
    (next: string, { replace = true }: { replace?: boolean } = {}) => setParameters({ [name]: next }, { replace }),
    [name],
  );
  return [value, set];
}

/** Changes parameters of the address; empty ones are removed. */
export function setParameters(changed: Record<string, string>, { replace = true }: { replace?: boolean } = {}): void {
  navigate(addressWith(isPalette() ? { [OVER]: '', ...changed } : changed), { replace });
}

/** Closes what parameters of the address have opened. */
export function closeParameters(...names: string[]): void {
  returnTo(addressWith(Object.fromEntries(names.map((name) => [name, '']))));
}

function addressWith(changed: Record<string, string>): string {
  const parameters = new URLSearchParams(searchNow());
  for (const [name, value] of Object.entries(changed))
    if (value === '') parameters.delete(name);
    else parameters.set(name, value);
  const search = parameters.toString();
  return `${pathNow()}${search === '' ? '' : `?${search}`}`;
}

/** A dialog that the address names. */
interface NamedDialog<D extends string> {
  /** `null`: none is open. */
  dialog: D | null;
  open(name: D): void;
  close(): void;
}

/**
 * Returns the dialog that the address names, and functions to open and close one.
 * @param about the parameter that says what it is about, which closes with it
 */
export function useDialog<D extends string>(names: readonly D[], about?: string): NamedDialog<D> {
  return useNamed('dialog', names, about);
}

/** Returns which of the dialogs above all others is open; those below keep what is typed in them. */
export function useDialogOver<D extends 'palette' | 'keys'>(name: D): NamedDialog<D> {
  return useNamed(OVER, [name]);
}

function useNamed<D extends string>(parameter: string, names: readonly D[], about = parameter): NamedDialog<D> {
  const [value, set] = useParameter(parameter);
  return {
    dialog: names.find((name) => name === value) ?? null,
    open: (name) => set(name, { replace: false }),
    close: () => closeParameters(parameter, about),
  };
}

/**
 * A dialog about something that no address can name, for example dropped files: Back closes it, Forward shows it again, and
 * a reload closes it.
 * @param parameter says in the address that it is open
 * @param name its value, where several dialogs of a page have the same parameter
 */
export function useDialogAbout<T>(
  parameter: string,
  name = 'open',
): { about: T | null; open(about: T): void; close(): void } {
  const [about, setAbout] = useState<T | null>(null);
  const { dialog, open, close } = useNamed(parameter, [name]);
  const stale = dialog !== null && about === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: later, what it is about is there as soon as it is open
  useEffect(() => {
    if (stale) close();
  }, []);
  return {
    about: dialog === null ? null : about,
    open: (next) => {
      setAbout(next);
      open(name);
    },
    close,
  };
}

/** Scrolls to the section that the address names. @param ready the section is shown */
export function useSectionInView(ready: boolean): void {
  const [section] = useParameter('section');
  useEffect(() => {
    if (ready && section !== '')
      document.querySelector(`[data-section="${CSS.escape(section)}"]`)?.scrollIntoView({ block: 'start' });
  }, [section, ready]);
}
