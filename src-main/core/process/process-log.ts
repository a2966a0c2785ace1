import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { redact, redactText } from '../../../src-shared/rules/secrets/redaction.ts';
import type { LogFacts, ProcessLog } from '../ports.ts';

const TO_STANDARD_ERROR = 'stderr';
/** The numbers that stand for the levels in the lines, as readers of such logs know them. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;
type Level = keyof typeof LEVELS;
/** The largest size of a file of the log, and how many older ones are kept. */
const FILE_SIZE = '5M';
const OLDER_FILES = 4;

/**
 * Opens the log in `logs/snapkeep.log` of the data folder: lines of JSON that only the owner can read, in files that
 * are rotated by their size.
 * @param dataFolder held by this process, so that nobody else writes there
 * @param wanted `SNAPKEEP_LOG`: the level, and `stderr` after a comma to write each line to standard error too
 * @throws SnapkeepError `INVALID_PARAMS` for a level that is not known
 */
export function openProcessLog(dataFolder: string, wanted = ''): ProcessLog {
  const words = wanted.split(',').map((word) => word.trim());
  const level = requireLevel(words.find((word) => word !== '' && word !== TO_STANDARD_ERROR) ?? 'info');
  let file: RotatingFileStream | undefined;
  const known = new Set<string>();
  const write =
    (at: Exclude<Level, 'silent'>) =>
    (message: string, facts: LogFacts = {}): void => {
      if (LEVELS[at] < LEVELS[level]) return;
      const head = { level: LEVELS[at], time: new Date().toISOString(), pid: process.pid };
      const line = { ...head, ...(redact(facts, known) as object), msg: redactText(message, known) };
      const text = `${JSON.stringify(line, plain)}\n`;
      file ??= openFiles(join(dataFolder, 'logs'));
      file.write(text);
      if (words.includes(TO_STANDARD_ERROR)) process.stderr.write(text);
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    hide: (secret) => void known.add(secret),
    close: () => new Promise((resolve) => (file === undefined ? resolve() : file.end(() => resolve()))),
  };
}

/** Opens the files of the log, with its first line: most commands write none. */
function openFiles(folder: string): RotatingFileStream {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // The stream will meet it too.
  }
  const file = createStream('snapkeep.log', { path: folder, size: FILE_SIZE, rotate: OLDER_FILES, mode: 0o600 });
  // A log that cannot be written stops nothing: what it would say is also shown where people look.
  file.on('error', () => {});
  file.on('warning', () => {});
  return file;
}

/** JSON knows no large integers. */
const plain = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function requireLevel(level: string): Level {
  if (Object.hasOwn(LEVELS, level)) return level as Level;
  throw new SnapkeepError('INVALID_PARAMS', `Unknown log level: “${level}”.`, {
    hint: `Set SNAPKEEP_LOG to one of ${Object.keys(LEVELS).join(', ')}; add “,stderr” to also write to standard error.`,
  });
}
