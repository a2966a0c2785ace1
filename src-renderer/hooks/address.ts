import { useCallback, useSyncExternalStore } from 'react';

/*
 * The address of what the window shows lies wholly in the fragment, for example `#/databases?show=attention`: no server and
 * no scheme of a host sees it, a reload keeps it, and Back returns to it.
 */

const parts = (): [path: string, search: string] => {
  const [path = '', ...search] = location.hash.replace(/^#?\/?/, '').split('?');
  return [`/${path}`, search.join('?')];
};
const pathNow = (): string => parts()[0];
const searchNow = (): string => parts()[1];

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/**
 * Shows another address.
 * @param replace takes the place of the current entry in the history; the address that is shown already always does
 */
export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const oldURL = location.href;
  history[replace || location.hash === `#${to}` ? 'replaceState' : 'pushState'](null, '', `#${to}`);
  dispatchEvent(new HashChangeEvent('hashchange', { oldURL, newURL: location.href }));
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
