import { z } from 'zod';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { LockFiles, Plan, PlanDestination, RestoreTest, Retention } from '../../../../src-shared/model/plan.ts';
import { Schedule } from '../../../../src-shared/model/schedule.ts';
import { among, type Sql, sql } from '../sql.ts';
import { flag, json, Repo, Table } from '../table.ts';

const PlanRow = z.object({
  ...Plan.omit({ destinations: true }).shape,
  schedule: json(Schedule),
  retention: json(Retention),
  verifyAfterBackup: flag,
  restoreTest: json(RestoreTest),
  paused: json(Plan.shape.paused.unwrap()).nullable(),
  key: json(Plan.shape.key.unwrap()).nullable(),
  encryption: json(Plan.shape.encryption.unwrap()).nullable(),
  schemaVersion: json(Plan.shape.schemaVersion.unwrap()).nullable(),
  lockFiles: json(LockFiles),
  attachedFiles: json(Plan.shape.attachedFiles),
  tags: json(Plan.shape.tags),
  history: json(Plan.shape.history),
  sameInstant: flag,
});

const PlanDestinationRow = z.object({
  ...PlanDestination.shape,
  retention: json(Retention).nullable(),
  planId: z.string(),
  position: z.int(),
});

/** The tables of plans and of their destinations. */
export class PlanRepo extends Repo {
  readonly #plans = new Table(this.db, 'plans', PlanRow);
  readonly #destinations = new Table(this.db, 'plan_destinations', PlanDestinationRow);

  /** By name. @param ids without them, all */
  list(ids?: readonly string[]): Plan[] {
    return this.#select(sql`${among('id', ids)} ORDER BY name COLLATE NOCASE`);
  }

  get(id: string): Plan | undefined {
    return this.#select(sql`id = ${id}`)[0];
  }

  /** The plan of this name, whatever the case of its letters. */
  byName(name: string): Plan | undefined {
    return this.#select(sql`name = ${name}`)[0];
  }

  /** The ids of the plans that store to any of some destinations. */
  storingTo(destinationIds: readonly string[]): string[] {
    const rows = this.#destinations.all(sql`WHERE ${among('destination_id', destinationIds)}`);
    return [...new Set(rows.map(({ planId }) => planId))];
  }

  /** @throws SnapkeepError `NOT_FOUND` */
  require(id: string): Plan {
    const plan = this.get(id);
    if (plan !== undefined) return plan;
    throw new SnapkeepError('NOT_FOUND', 'Plan not found.', { hint: 'Refresh the list of plans.' });
  }

  /** The plans of a group, whatever the case of its letters. @throws SnapkeepError `NOT_FOUND` when there are none */
  requireGroup(group: string): Plan[] {
    const plans = this.list().filter((plan) => plan.group?.toLowerCase() === group.toLowerCase());
    if (plans.length > 0) return plans;
    throw new SnapkeepError('NOT_FOUND', `No group named “${group}”.`, {
      hint: 'Set the group of a plan in its settings, or with plan add --group.',
    });
  }

  save({ destinations, ...plan }: Plan): void {
    this.db.transaction(() => {
      this.#plans.save(plan, ['id'], ['createdAt']);
      this.db.run(sql`DELETE FROM plan_destinations WHERE plan_id = ${plan.id}`);
      for (const [position, destination] of destinations.entries())
        this.#destinations.insert({ ...destination, planId: plan.id, position });
    });
  }

  #select(condition: Sql): Plan[] {
    const plans = this.#plans.all(sql`WHERE ${condition}`);
    const ids = plans.map(({ id }) => id);
    const destinations = Map.groupBy(
      this.#destinations.all(sql`WHERE ${among('plan_id', ids)} ORDER BY position`),
      ({ planId }) => planId,
    );
    return plans.map((plan) => ({
      ...plan,
      destinations: (destinations.get(plan.id) ?? []).map(({ destinationId, retention }) => ({
        destinationId,
        retention,
      })),
    }));
  }
}
