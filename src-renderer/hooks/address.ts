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

/** The number of the current entry in the history, so that Back can be told from Forward and taken back. */
let entry = entryNow() ?? 0;

function entryNow(): number | undefined {
  return (history.state as { entry?: number } | null)?.entry;
}

const partsOf = (fragment: string): [path: string, search: string] => {
  const [path = '', ...search] = fragment.replace(/^#?\/?/, '').split('?');
  return [`/${path}`, search.join('?')];
};
const pathNow = (): string => partsOf(shown)[0];
const searchNow = (): string => partsOf(shown)[1];

function show(): void {
  shown = location.hash;
  for (const listener of [...listeners]) listener();
}

/** Follows Back, Forward and typed addresses; one that leaves a guarded page is taken back until the person has answered. */
function follow(): void {
  // A typed address has its own entry.
  const to = entryNow() ?? entry + 1;
  history.replaceState({ entry: to }, '');
  const steps = to - entry;
  if (guard !== null && steps !== 0 && partsOf(location.hash)[0] !== pathNow()) {
    history.go(-steps);
    guard(() => history.go(steps));
    return;
  }
  entry = to;
  if (location.hash !== shown) show();
}
history.replaceState({ entry }, '');
addEventListener('hashchange', follow);

/** The palette is no address to come back to: what is chosen in it takes its place. */
const isPalette = (): boolean => new URLSearchParams(searchNow()).get('dialog') === 'palette';

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
    if (replace || isPalette() || location.hash === `#${to}`) history.replaceState({ entry }, '', `#${to}`);
    else {
      entry += 1;
      history.pushState({ entry }, '', `#${to}`);
    }
    show();
  };
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
  const parameters = new URLSearchParams(searchNow());
  if (isPalette()) parameters.delete('dialog');
  for (const [name, value] of Object.entries(changed))
    if (value === '') parameters.delete(name);
    else parameters.set(name, value);
  const search = parameters.toString();
  navigate(`${pathNow()}${search === '' ? '' : `?${search}`}`, { replace });
}

/** Returns the dialog that the address names, `null` for none, and functions to open and close one. */
export function useDialog<D extends string>(
  names: readonly D[],
): { dialog: D | null; open(name: D): void; close(): void } {
  const [value, set] = useParameter('dialog');
  return {
    dialog: names.find((name) => name === value) ?? null,
    open: (name) => set(name, { replace: false }),
    close: () => set(''),
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
