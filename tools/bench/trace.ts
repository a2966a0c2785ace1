/** The longest task of a thread. */
export interface LongestTask {
  wallMs: number;
  /** Of the thread, without the time that the machine gave to others. */
  cpuMs: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** Returns the longest task of the main threads of pages in a trace of Chromium. */
export function longestTask(trace: string): LongestTask {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const mainThreads = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  );
  const tasks = traceEvents.filter(
    (event) => event.ph === 'X' && event.name.endsWith('RunTask') && mainThreads.has(threadOf(event)),
  );
  if (tasks.length === 0) throw new Error('The trace has no task of a page.');
  const longest = tasks.reduce((most, event) => ((event.dur ?? 0) > (most.dur ?? 0) ? event : most));
  return { wallMs: (longest.dur ?? 0) / 1000, cpuMs: (longest.tdur ?? 0) / 1000 };
}

const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}.${tid}`;
