import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import { Sha256 } from '../../../../../src-shared/model/values.ts';
import { fileSystem } from '../../../../platform/file-system.ts';
import { errorCode, explainError } from '../../engine-errors.ts';
import { isExact } from '../../files/byte-names.ts';
import { Entry, SnapshotFacts } from './folder-entry.ts';

/*
 * The index is JSON lines: what the snapshot is, then one line for each entry, folders before what is in them, and at
 * last how many there are and the SHA-256 of all lines before.
 */

/** What the index is called in the folder or archive that it describes. */
export const INDEX_NAME = '.snapkeep-index.jsonl';

const INDEX_FORMAT = 1;

const Head = z.object({ snapkeep: z.literal('folder-index'), format: z.number().int() });
const FactsLine = z.object({ ...Head.shape, ...SnapshotFacts.shape });
const EndLine = z.object({ type: z.literal('end'), entries: z.number().int().nonnegative(), sha256: Sha256 });
const BodyLine = z.union([Entry, EndLine]);

/** What is in a snapshot. */
export interface FolderIndex {
  facts: SnapshotFacts;
  /** By path; folders come before what is in them. The folder itself is the one with the empty path. */
  entries: Map<string, Entry>;
}

const LINES_PER_PIECE = 1000;

/** The index as text, in pieces. @param entries in their order */
export function* indexText(facts: SnapshotFacts, entries: Iterable<Entry>): Generator<string> {
  const hash = createHash('sha256');
  let lines = [JSON.stringify({ snapkeep: 'folder-index', format: INDEX_FORMAT, ...facts })];
  let count = 0;
  const flush = (): string => {
    const text = `${lines.join('\n')}\n`;
    hash.update(text);
    lines = [];
    return text;
  };
  for (const entry of entries) {
    lines.push(JSON.stringify(entry));
    count += 1;
    if (lines.length >= LINES_PER_PIECE) yield flush();
  }
  if (lines.length > 0) yield flush();
  yield `${JSON.stringify({ type: 'end', entries: count, sha256: hash.digest('hex') })}\n`;
}

/** Writes the index into the folder that it describes and syncs it. */
export async function writeIndex(folder: string, facts: SnapshotFacts, entries: Iterable<Entry>): Promise<void> {
  await using handle = await open(join(folder, INDEX_NAME), 'wx', 0o600);
  for (const text of indexText(facts, entries)) await handle.writeFile(text);
  await handle.sync();
}

/**
 * Reads the index of a folder.
 * @throws SnapkeepError `NOT_FOUND` where there is none, `CORRUPT` when it is damaged or truncated, `TOO_NEW`
 */
export async function readIndex(folder: string): Promise<FolderIndex> {
  const path = join(folder, INDEX_NAME);
  return parseIndex(createReadStream(path, 'utf8'), path);
}

/**
 * What a folder says it is; `undefined` where it carries no index. Its entries are not looked at.
 * @throws SnapkeepError `CORRUPT`, `TOO_NEW`
 */
export async function readFacts(folder: string): Promise<SnapshotFacts | undefined> {
  const path = join(folder, INDEX_NAME);
  try {
    for await (const line of linesOf(createReadStream(path, 'utf8'))) return parseFacts(line, path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw explainError(error, path);
  }
  throw damagedIndex(path);
}

/** Reads an index from its text. @throws SnapkeepError as {@link readIndex} */
export async function parseIndex(text: AsyncIterable<string> | Iterable<string>, path: string): Promise<FolderIndex> {
  const hash = createHash('sha256');
  const entries = new Map<string, Entry>();
  let facts: SnapshotFacts | undefined;
  let whole = false;
  try {
    for await (const line of linesOf(text)) {
      if (whole) throw damagedIndex(path);
      if (facts === undefined) facts = parseFacts(line, path);
      else {
        const body = BodyLine.parse(JSON.parse(line));
        if (body.type === 'end') whole = body.entries === entries.size && body.sha256 === hash.copy().digest('hex');
        else entries.set(requireSafePath(body, path).path, body);
      }
      hash.update(`${line}\n`);
    }
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) throw damagedIndex(path, error);
    throw explainError(error, path);
  }
  if (facts === undefined || !whole) throw damagedIndex(path);
  return { facts, entries };
}

function parseFacts(line: string, path: string): SnapshotFacts {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw damagedIndex(path, error);
  }
  const head = Head.safeParse(value);
  if (!head.success) throw damagedIndex(path, head.error);
  if (head.data.format > INDEX_FORMAT) {
    throw new SnapkeepError('TOO_NEW', `${path} was written by a newer version of Snapkeep.`, {
      hint: 'Update Snapkeep to use this snapshot. Its files can be copied manually.',
    });
  }
  const facts = FactsLine.safeParse(value);
  if (!facts.success) throw damagedIndex(path, facts.error);
  const { snapkeep: _, format: __, ...rest } = facts.data;
  return rest;
}

/** Whether a path stays within the folder that it is relative to; the empty one is the folder itself. */
export function isSafePath(path: string): boolean {
  const unsafe = path !== '' && path.split('/').some((part) => part === '' || part === '.' || part === '..');
  const reserved = fileSystem.reserved?.test(path) ?? false;
  return !unsafe && !reserved && isExact(path) && !path.includes('\0');
}

/** Nothing that an index or an archive names may lead out of its folder. @throws SnapkeepError `CORRUPT` */
export function requireSafePath<T extends { path: string }>(entry: T, what: string): T {
  if (isSafePath(entry.path)) return entry;
  throw new SnapkeepError(
    'CORRUPT',
    `${what} names ${JSON.stringify(entry.path)}, which is not a path in its folder.`,
    {
      hint: 'Nothing was written. Do not trust this file; use another snapshot.',
    },
  );
}

/** Names can hold any line break but this one, which JSON writes as `\n`. */
async function* linesOf(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function damagedIndex(path: string, cause?: unknown): SnapkeepError {
  return new SnapkeepError('CORRUPT', `The index ${path} is damaged or truncated.`, {
    hint: 'Use another snapshot if one exists. The files can be copied manually, but not verified.',
    cause,
  });
}
