import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import { type ErrorBody, type ErrorCode, SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { SourceCheck } from '../catalog/repos/check-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { askInTime } from '../destinations/ask-in-time.ts';
import { isOneDisk } from '../destinations/one-disk.ts';
import { explainError } from '../engine/engine-errors.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import { notLockable } from '../engine/sqlite/not-lockable.ts';
import { requireKind } from './prepare-plan.ts';
import { trySourceKey } from './try-source-key.ts';

const HEADER = 'SQLite format 3\0';

interface Found {
  problem: SnapkeepError | null;
  /** Where the existing paths of the plan lead, by how they were given. */
  followed: ReadonlyMap<string, string>;
  /** `null`: that cannot be seen now. */
  oneDisk: boolean | null;
}

/**
 * Checks whether the source of a plan exists and can be opened, and stores what it found. Never rejects.
 * @param options `accepted`: a person has seen where the source is now, so it has not moved; `withKey`: false where
 * nobody waits for the key of an encrypted database to be tried
 */
export async function checkSource(
  core: CoreContext,
  plan: Plan,
  { accepted = false, withKey = true } = {},
): Promise<void> {
  const key = `${core.serviceId} ${plan.id}`;
  const answer = await askInTime(`source ${key}`, () => inspect(core, plan));
  const found =
    answer === 'late' ? { problem: doesNotAnswer(plan), followed: new Map<string, string>(), oneDisk: null } : answer;
  const problem = found.problem?.toBody() ?? (await keyProblem(core, plan, found.followed, withKey));
  const before = core.catalog.checks.get(plan.id);
  const at = core.clock.now().toISOString();
  const after: SourceCheck = {
    at,
    reachedAt: problem === null ? at : (before?.reachedAt ?? null),
    problem,
    followed: pathsOf(plan).flatMap((given) => {
      const was = before?.followed.find((each) => each.given === given);
      const path = found.followed.get(given) ?? was?.path;
      return path === undefined ? [] : [{ given, path, movedFrom: accepted ? null : movedFrom(was, path) }];
    }),
    oneDisk: found.oneDisk ?? before?.oneDisk ?? false,
  };
  core.catalog.checks.save(plan.id, after);
  const factsOf = (check: SourceCheck | undefined): string =>
    JSON.stringify([check?.problem, check?.followed, check?.oneDisk]);
  if (factsOf(before) !== factsOf(after)) core.events.emit('plans.changed', { planIds: [plan.id] });
}

/** What the try of a key may have found, and no other check of an encrypted database. */
const FOUND_BY_KEY: ReadonlySet<ErrorCode> = new Set(['BAD_KEY', 'CORRUPT', 'UNSUPPORTED']);

/** Why the key of an encrypted database does not open it; where it is not tried now, what is known of that. */
async function keyProblem(
  core: CoreContext,
  plan: Plan,
  followed: ReadonlyMap<string, string>,
  withKey: boolean,
): Promise<ErrorBody | null> {
  const path = followed.get(plan.sourcePath);
  if (plan.key === null || path === undefined) return null;
  if (withKey && !core.runs.isLocked(path)) return (await trySourceKey(core, plan, path))?.toBody() ?? null;
  const { problem = null } = core.catalog.checks.get(plan.id) ?? {};
  return problem !== null && FOUND_BY_KEY.has(problem.code) ? problem : null;
}

/** Where a path led before its link was moved; a link that was moved back has not moved. */
function movedFrom(was: SourceCheck['followed'][number] | undefined, now: string): string | null {
  const first = was?.movedFrom ?? was?.path ?? null;
  return first === now ? null : first;
}

/** What a plan reads, as it was given. */
function pathsOf({ sourceKind, sourcePath, attachedFiles }: Plan): string[] {
  const beside = attachedFiles.map(({ path }) => path);
  return [...new Set(sourceKind === 'database' ? [sourcePath, ...beside] : beside)];
}

async function follow(plan: Plan): Promise<Map<string, string>> {
  const followed = new Map<string, string>();
  for (const given of pathsOf(plan)) {
    try {
      followed.set(given, await realpath(given));
    } catch {
      // It is missing, which is reported where it matters: a link that leads nowhere has not moved.
    }
  }
  return followed;
}

async function inspect(core: CoreContext, plan: Plan): Promise<Found> {
  const followed = await follow(plan);
  try {
    if (plan.sourceKind === 'database')
      await requireDatabase(core, plan).catch(missing('Source', plan.sourcePath, 'choose where the database is now'));
    const what = plan.sourceKind === 'files' ? 'Source' : 'Attached file';
    for (const attachedFile of plan.attachedFiles)
      await requireKind(attachedFile).catch(missing(what, attachedFile.path, 'remove it from the plan'));
    return { problem: null, followed, oneDisk: await isOneDisk(core, plan) };
  } catch (error) {
    return { problem: explainError(error, plan.sourcePath), followed, oneDisk: null };
  }
}

/** For `.catch()`: what is missing may be on a disk that is unavailable; any other error is explained. */
const missing =
  (what: 'Source' | 'Attached file', path: string, otherwise: string) =>
  (error: unknown): never => {
    const explained = explainError(error, path);
    if (explained.code !== 'NOT_FOUND') throw explained;
    throw new SnapkeepError('UNAVAILABLE', `${what} not found: ${path}.`, {
      hint: `Check that its disk or share is mounted, or ${otherwise}.`,
    });
  };

/** @throws SnapkeepError */
async function requireDatabase(core: CoreContext, plan: Plan): Promise<void> {
  const path = await canonicalFilePath(plan.sourcePath);
  const info = await stat(path);
  if (!info.isFile())
    throw new SnapkeepError('INVALID_PARAMS', `${path} is not a file.`, { hint: 'Choose the database file.' });
  await access(path, constants.R_OK);
  if (plan.sameInstant) await requireLockable(path);
  // To close a file frees the locks that SQLite has on it in this process: one that a run has open is left alone.
  if (plan.key !== null || info.size === 0 || core.runs.isLocked(path)) return;
  await using handle = await open(path, 'r');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER.length), 0, HEADER.length, 0);
  if (buffer.toString('latin1', 0, bytesRead) === HEADER) return;

  throw new SnapkeepError('CORRUPT', `${path} is no longer a SQLite database, or has been encrypted.`, {
    hint: 'If it is damaged, restore it from a snapshot. If it is encrypted, enter its key in the plan.',
  });
}

/** Databases are copied at one instant while all are locked for writing. @throws SnapkeepError `PERMISSION` */
async function requireLockable(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK);
  } catch (error) {
    throw notLockable(path, error);
  }
}

const doesNotAnswer = ({ sourcePath }: Plan): SnapkeepError =>
  new SnapkeepError('UNAVAILABLE', `The source ${sourcePath} does not respond.`, {
    hint: 'Check its disk or share.',
  });
