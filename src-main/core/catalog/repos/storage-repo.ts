import { z } from 'zod';
import { PlanStorageDay, StorageDay } from '../../../../src-shared/model/storage.ts';
import { among, Sql, sql } from '../sql.ts';
import { Repo, Table } from '../table.ts';

const StorageRow = z.object({ destinationId: z.string(), ...StorageDay.shape });
type StorageRow = z.output<typeof StorageRow>;
const PlanRow = z.object({ planId: z.string(), ...PlanStorageDay.shape });

/** The number of days that are kept one by one; before them, one of each week is kept. */
const DAYS = 90;
const WEEKS = 104;

/** The tables of what was stored on past days, at destinations and of plans. */
export class StorageRepo extends Repo {
  readonly #table = new Table(this.db, 'storage_days', StorageRow);
  readonly #plans = new Table(this.db, 'plan_storage_days', PlanRow);

  has(destinationId: string, day: string): boolean {
    return this.db.has(sql`SELECT 1 FROM storage_days WHERE destination_id = ${destinationId} AND day = ${day}`);
  }

  /** Keeps a day of a destination. */
  record(row: StorageRow): void {
    this.db.transaction(() => {
      this.#table.save(row, ['destinationId', 'day']);
      this.#bound('storage_days', sql`destination_id = ${row.destinationId}`, row.day);
    });
  }

  /** Whether a day of plans is kept. */
  hasPlans(day: string): boolean {
    return this.db.has(sql`SELECT 1 FROM plan_storage_days WHERE day = ${day} LIMIT 1`);
  }

  /** Keeps of all plans what is stored of them. */
  recordPlans(day: string): void {
    this.db.transaction(() => {
      this.db.run(
        sql`INSERT INTO plan_storage_days SELECT id, ${day}, (SELECT coalesce(sum(disk_bytes), 0) FROM snapshot_copies
              WHERE plan_id = plans.id AND state = 'stored') FROM plans`,
      );
      for (const id of this.db.column(z.string(), sql`SELECT id FROM plans`))
        this.#bound('plan_storage_days', sql`plan_id = ${id}`, day);
    });
  }

  /**
   * Removes what exceeds the bounds. Rows are counted, not dated: a wrong clock removes none of them but the ones it made.
   * Days in the future do not count against earlier ones.
   * @param at whose rows they are
   */
  #bound(name: string, at: Sql, day: string): void {
    const table = new Sql(name);
    const past = sql`${at} AND day <= ${day}`;
    this.db.run(
      sql`DELETE FROM ${table} WHERE ${past}
          AND day NOT IN (SELECT day FROM ${table} WHERE ${past} ORDER BY day DESC LIMIT ${DAYS})
          AND day NOT IN (SELECT min(day) AS first FROM ${table} WHERE ${past}
            GROUP BY unixepoch(day) / 604800 ORDER BY first DESC LIMIT ${WEEKS})`,
    );
    this.db.run(
      sql`DELETE FROM ${table} WHERE ${at} AND day IN
            (SELECT day FROM ${table} WHERE ${at} AND day > ${day} ORDER BY day LIMIT -1 OFFSET ${2 * (DAYS + WEEKS)})`,
    );
  }

  /** Days from one to another, oldest first. @param ids of destinations; without them, of all */
  between(from: string, to: string, ids?: readonly string[]): StorageRow[] {
    return this.#table.all(sql`WHERE ${among('destination_id', ids)} AND day >= ${from} AND day <= ${to} ORDER BY day`);
  }

  /** Days of a plan from one to another, oldest first. */
  ofPlan(planId: string, from: string, to: string): PlanStorageDay[] {
    const rows = this.#plans.all(sql`WHERE plan_id = ${planId} AND day >= ${from} AND day <= ${to} ORDER BY day`);
    return rows.map(({ day, storedBytes }) => ({ day, storedBytes }));
  }
}
