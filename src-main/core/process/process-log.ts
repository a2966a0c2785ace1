import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { createStream } from 'rotating-file-stream';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { redact, redactText } from '../../../src-shared/rules/secrets/redaction.ts';
import type { LogFacts, ProcessLog } from '../ports.ts';

const TO_STANDARD_ERROR = 'stderr';
const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];
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
  const level = words.find((word) => word !== '' && word !== TO_STANDARD_ERROR) ?? 'info';
  requireLevel(level);
  const folder = join(dataFolder, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = createStream('snapkeep.log', { path: folder, size: FILE_SIZE, rotate: OLDER_FILES, mode: 0o600 });
  // A log that cannot be written stops nothing: what it would say is also shown where people look.
  file.on('error', () => {});
  file.on('warning', () => {});
  const streams = words.includes(TO_STANDARD_ERROR)
    ? [{ stream: file }, { stream: process.stderr }]
    : [{ stream: file }];
  const logger = pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream(streams.map((each) => ({ ...each, level: 'debug' }))),
  );
  const known = new Set<string>();
  const write =
    (to: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, facts: LogFacts = {}) =>
      logger[to](redact(facts, known) as object, redactText(message, known));
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    hide: (secret) => void known.add(secret),
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}

function requireLevel(level: string): void {
  if (LEVELS.includes(level)) return;
  throw new SnapkeepError('INVALID_PARAMS', `Unknown log level: “${level}”.`, {
    hint: `Set SNAPKEEP_LOG to one of ${LEVELS.join(', ')}; add “,stderr” to also write to standard error.`,
  });
}
