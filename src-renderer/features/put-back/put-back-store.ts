import type { Params } from '../../../src-shared/contract/methods.ts';
import { closeParameters, setParameters, useParameter } from '../../hooks/address.ts';

/** Rows of a snapshot, and the database that they are put back into. */
export type PutBackRequest = Pick<Params<'rows.previewPutBack'>, 'source' | 'target' | 'rows'>;

/** Opens the dialog for rows at its own address: Back closes it. */
export function openPutBack({ source, target, rows }: PutBackRequest): void {
  setParameters({ putback: JSON.stringify({ source, target, rows }) }, { replace: false });
}

/** Closes the dialog. */
export function closePutBack(): void {
  closeParameters('putback');
}

/** Returns what the address asks to put back, as text that tells one request from another; `null` for nothing. */
export function usePutBackRequest(): { request: PutBackRequest; key: string } | null {
  const [key] = useParameter('putback');
  if (key === '') return null;
  try {
    // The service checks what the address says.
    return { request: JSON.parse(key) as PutBackRequest, key };
  } catch {
    return null;
  }
}
