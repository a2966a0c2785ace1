/**
 * Lets Node read the machine's time zone again, which it otherwise does once. A zone that is set in `TZ` stays.
 * Windows tells its zone only at the start.
 */
export function readMachineZone(): void {
  // Node forgets the zone whenever this variable is changed, also when it was not set before.
  if (process.env.TZ === undefined) delete process.env.TZ;
}
