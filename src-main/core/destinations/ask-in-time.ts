/** What has not answered for so long is unavailable: 15 seconds, counted one by one. */
const PATIENCE_SECONDS = 15;
const SECOND_MS = 1000;

/** Questions that have not been answered. */
const pending = new Map<string, Promise<unknown>>();

/**
 * Asks a disk, share or server something, and waits only so long for the answer. A question that has not been answered
 * is not asked a second time: on a dead share each would hold a thread of this process for good.
 * @param question what is asked, the same words for the same question
 */
export function askInTime<T>(question: string, ask: () => Promise<T>): Promise<T | 'late'> {
  let answer = pending.get(question) as Promise<T> | undefined;
  if (answer === undefined) {
    answer = ask().finally(() => pending.delete(question));
    pending.set(question, answer);
    // The caller gets the error; it may have stopped waiting when this fails.
    answer.catch(() => {});
  }
  return withinTime(answer);
}

/**
 * Waits for an answer no longer than people would. Seconds in which this process or the machine slept do not count:
 * what answered meanwhile is heard only after the clock.
 */
export async function withinTime<T>(answer: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    let passed = 0;
    timer = setInterval(() => {
      passed += 1;
      if (passed === PATIENCE_SECONDS) resolve('late');
    }, SECOND_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearInterval(timer);
  }
}
