import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams, Result } from '../../../src-shared/contract/methods.ts';
import type { FoundFile } from '../../../src-shared/model/found-database.ts';
import { type Plan, PlanInput } from '../../../src-shared/model/plan.ts';
import { freeName, planNameOf } from '../../../src-shared/rules/find/program-names.ts';
import { USUAL_RETENTION, USUAL_SCHEDULE } from '../../../src-shared/rules/usual-plan.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { describeSource } from '../plans/describe-source.ts';
import { createPlan } from '../plans/save-plan.ts';
import { requireFound } from './require-found.ts';

/**
 * Adds a plan for each of some found databases. One that cannot have a plan keeps no other from it.
 * @throws SnapkeepError `NOT_FOUND` when one was not found by any search, and as the destinations do
 */
export async function createPlans(
  core: CoreContext,
  { paths, destinations }: ParsedParams<'databases.createPlans'>,
  signal: AbortSignal,
): Promise<Result<'databases.createPlans'>> {
  const files = [...new Set(paths)].map((path) => requireFound(core, path));
  const plans: Plan[] = [];
  const failed: Result<'databases.createPlans'>['failed'] = [];
  for (const file of files) {
    if (signal.aborted) break;
    try {
      const input = PlanInput.parse({
        name: freeName(planNameOf(file.path, file.program), takenNames(core)),
        sourcePath: file.path,
        destinations,
        schedule: USUAL_SCHEDULE,
        retention: USUAL_RETENTION,
      });
      await requireOpenable(core, file, signal);
      plans.push(await createPlan(core, input, { key: undefined, encryptionSecrets: undefined }, signal));
    } catch (error) {
      const { message, hint } = explainError(error, file.path);
      failed.push({ path: file.path, message, ...(hint === undefined ? {} : { hint }) });
    }
  }
  core.events.emit('databases.changed', {});
  return { plans, failed };
}

function takenNames({ catalog }: CoreContext): Set<string> {
  return new Set(catalog.plans.list().map(({ name }) => name.toLowerCase()));
}

/** @throws SnapkeepError `BAD_KEY` for a database that no known key opens, `UNSUPPORTED` for a name that SQLite cannot be given */
async function requireOpenable(core: CoreContext, { path, encryption }: FoundFile, signal: AbortSignal): Promise<void> {
  if (!path.isWellFormed())
    throw new SnapkeepError('UNSUPPORTED', `The path of ${path} is not UTF-8, so SQLite cannot open it.`, {
      hint: 'Rename the file or its folder, and search again.',
    });
  if (encryption === 'none') return;
  const { databaseEncryption } = await describeSource(core, path, undefined, signal);
  if (databaseEncryption?.locked !== true) return;
  throw new SnapkeepError('BAD_KEY', `${path} may be encrypted, and no known key opens it.`, {
    hint: 'Add a plan for it with its key.',
  });
}
