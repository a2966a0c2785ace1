const MORNING_HOUR = 6;

/** When a pause “until tomorrow” ends: the next time the machine's clock shows 6:00. */
export function nextMorning(now: Date): Date {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate(), MORNING_HOUR);
  return today > now ? today : new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING_HOUR);
}
