/** Returns the TXID of a point that an address names, as in `point-12`; `null`: it names something else. */
export function pointOf(chosen: string): number | null {
  const digits = /^point-([1-9][0-9]{0,14})$/.exec(chosen)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Returns the label of a state that is in no list of newest snapshots. */
export function otherState(chosen: string): string {
  const txid = pointOf(chosen);
  return txid === null ? 'An older snapshot' : `Point ${txid}`;
}
