import { z } from 'zod';
import { StorageDay } from '../../../../src-shared/model/storage.ts';
import { among, sql } from '../sql.ts';
import { Repo, Table } from '../table.ts';

const StorageRow = z.object({ destinationId: z.string(), ...StorageDay.shape });
type StorageRow = z.output<typeof StorageRow>;

/** The number of days that are kept one by one; before them, one of each week is kept. */
const DAYS = 90;
const WEEKS = 104;

/** The table of how destinations were used on past days. */
export class StorageRepo extends Repo {
  readonly #table = new Table(this.db, 'storage_days', StorageRow);

  has(destinationId: string, day: string): boolean {
    return this.db.has(sql`SELECT 1 FROM storage_days WHERE destination_id = ${destinationId} AND day = ${day}`);
  }

  /**
   * Keeps a day, and removes what exceeds the bounds. Rows are counted, not dated: a wrong clock removes none of them but
   * the ones it made. Days in the future do not count against earlier ones.
   */
  record(row: StorageRow): void {
    const { destinationId, day } = row;
    const at = sql`destination_id = ${destinationId}`;
    const past = sql`${at} AND day <= ${day}`;
    this.db.transaction(() => {
      this.#table.save(row, ['destinationId', 'day']);
      this.db.run(
        sql`DELETE FROM storage_days WHERE ${past}
            AND day NOT IN (SELECT day FROM storage_days WHERE ${past} ORDER BY day DESC LIMIT ${DAYS})
            AND day NOT IN (SELECT min(day) AS first FROM storage_days WHERE ${past}
              GROUP BY unixepoch(day) / 604800 ORDER BY first DESC LIMIT ${WEEKS})`,
      );
      this.db.run(
        sql`DELETE FROM storage_days WHERE ${at} AND day IN
              (SELECT day FROM storage_days WHERE ${at} AND day > ${day} ORDER BY day LIMIT -1 OFFSET ${2 * (DAYS + WEEKS)})`,
      );
    });
  }

  /** Days from one to another, oldest first. @param ids of destinations; without them, of all */
  between(from: string, to: string, ids?: readonly string[]): StorageRow[] {
    return this.#table.all(sql`WHERE ${among('destination_id', ids)} AND day >= ${from} AND day <= ${to} ORDER BY day`);
  }
}
