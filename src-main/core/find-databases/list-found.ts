import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams, Result } from '../../../src-shared/contract/methods.ts';
import type { FoundCounts, FoundDatabase, FoundState } from '../../../src-shared/model/found-database.ts';
import { planNameOf } from '../../../src-shared/rules/find/program-names.ts';
import type { ListedFile } from '../catalog/repos/found-database-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { plannedSources } from './planned-sources.ts';

/** A found database with its state. */
interface Judged extends ListedFile {
  state: FoundState;
  plan: FoundDatabase['plan'];
}

/** Lists a page of what searches have found. @throws SnapkeepError `NOT_FOUND` for a page after a path that is not listed */
export async function listFound(
  core: CoreContext,
  { states, runId, after, limit }: ParsedParams<'databases.listFound'>,
): Promise<Result<'databases.listFound'>> {
  const { catalog } = core;
  const judged = (await judgeFound(core)).filter((file) => runId === undefined || file.runId === runId);
  const listed = judged.filter(({ state }) => states.includes(state)).sort(byUse);
  const start = after === undefined ? 0 : listed.findIndex(({ path }) => path === after) + 1;
  if (after !== undefined && start === 0)
    throw new SnapkeepError('NOT_FOUND', `${after} is not listed any more.`, { hint: 'Load the list again.' });
  const databases = listed.slice(start, start + limit).flatMap(({ path, state, plan }): FoundDatabase[] => {
    const file = catalog.foundDatabases.get(path);
    return file === undefined ? [] : [{ ...file, state, plan, suggestedPlanName: planNameOf(path, file.program) }];
  });
  return { search: catalog.settings.lastSearch(), counts: countsOf(judged), databases };
}

/** Counts the databases that a search has found, by state. */
export async function countFound(core: CoreContext, runId: string): Promise<FoundCounts> {
  return countsOf((await judgeFound(core)).filter((file) => file.runId === runId));
}

async function judgeFound(core: CoreContext): Promise<Judged[]> {
  const { byPath, byIdentity } = await plannedSources(core);
  // Read after the last wait, so that all of it is of one instant.
  const ignored = core.catalog.foundDatabases.ignored();
  return core.catalog.foundDatabases.list().map((file) => {
    const plan = byPath.get(file.path) ?? byIdentity.get(file.identity) ?? null;
    const state = plan !== null ? 'planned' : ignored.has(file.path) ? 'ignored' : file.foldedAs ? 'folded' : 'no-plan';
    return { ...file, plan, state };
  });
}

/** What programs have open comes first, then what is large. */
function byUse(one: Judged, other: Judged): number {
  return (
    Number(other.programs > 0) - Number(one.programs > 0) || other.bytes - one.bytes || (one.path < other.path ? -1 : 1)
  );
}

function countsOf(judged: readonly Judged[]): FoundCounts {
  const counts: FoundCounts = { 'no-plan': 0, planned: 0, ignored: 0, folded: 0 };
  for (const { state } of judged) counts[state] += 1;
  return counts;
}
