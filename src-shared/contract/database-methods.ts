import { z } from 'zod';
import { FoundCounts, FoundDatabase, FoundState, LastSearch } from '../model/found-database.ts';
import { Plan, PlanDestinationInput } from '../model/plan.ts';
import { FilePath } from '../model/values.ts';
import { nothing, pageSize, started } from './params.ts';

const paths = z.array(FilePath).min(1).max(500);

/** Databases of programs on this machine, and which of them have a plan. */
export const databaseMethods = {
  /**
   * Starts a search for databases in the folders where programs keep data, or in `folders`. Nothing is opened for writing.
   * A search of the same folders that is active already is returned instead.
   */
  'databases.find': {
    params: z.strictObject({ folders: z.array(FilePath).min(1).max(50).optional() }),
    result: started,
  },
  /**
   * Lists databases that searches have found: those that programs have open first, then by size. `runId`: those that this
   * search has found. `after`: the path of the last one of the previous page. `search`: the last search; `null`: none has
   * ended yet. `counts`: of all pages, by state.
   */
  'databases.listFound': {
    params: z.strictObject({
      states: z.array(FoundState).min(1).default(['no-plan']),
      runId: z.uuid().optional(),
      after: FilePath.optional(),
      limit: pageSize,
    }),
    result: z.object({ search: LastSearch.nullable(), counts: FoundCounts, databases: z.array(FoundDatabase) }),
  },
  /** Ignores found databases, or lists them again. Remembered by their paths, whatever later searches find. */
  'databases.ignore': { params: z.strictObject({ paths, ignored: z.boolean() }), result: nothing },
  /**
   * Adds a plan for each of some found databases: every day, with the usual retention, under a free name. What cannot have
   * one is listed in `failed`.
   */
  'databases.createPlans': {
    params: z.strictObject({ paths, destinations: z.array(PlanDestinationInput).min(1).max(10) }),
    result: z.object({
      plans: z.array(Plan),
      failed: z.array(z.object({ path: FilePath, message: z.string(), hint: z.string().optional() })),
    }),
  },
} as const;
