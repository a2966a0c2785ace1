/**
 * Works on several items at a time and hands out the results in the order of the items. At most `inFlight` items are
 * held, so memory stays the same however many there are.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  inFlight: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // It is thrown when its turn comes. Until then nobody waits for it, and Node would end the process.
      result.catch(() => {});
      running.push(result);
      const first = running.length >= inFlight ? running.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (let next = running.shift(); next !== undefined; next = running.shift()) yield await next;
  } finally {
    // Left early: what still runs is waited for, and its failure no longer matters.
    await Promise.allSettled(running);
  }
}
