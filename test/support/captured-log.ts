import type { Log, LogFacts, ProcessLog } from '../../src-main/core/ports.ts';

/** A line of a log. */
export interface LogLine {
  level: keyof Log;
  message: string;
  facts: LogFacts;
}

/** A log whose lines a test can read. */
export function capturedLog(): { log: ProcessLog; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write =
    (level: keyof Log) =>
    (message: string, facts: LogFacts = {}): void =>
      void lines.push({ level, message, facts });
  return {
    lines,
    log: {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      hide: () => {},
      close: async () => {},
    },
  };
}
