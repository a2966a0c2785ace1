import { z } from 'zod';
import { sql } from '../sql.ts';
import { Repo, Table } from '../table.ts';

const HistoryCopy = z.object({
  historyId: z.uuid(),
  destinationId: z.uuid(),
  fileTxid: z.int().nonnegative(),
  lineTxid: z.int().nonnegative(),
  problem: z.string().nullable(),
});
/** How far a history is stored at one destination: the newest points whose file, and whose line, is there. */
export type HistoryCopy = z.output<typeof HistoryCopy>;

const MergedFile = z.object({
  historyId: z.uuid(),
  destinationId: z.uuid(),
  level: z.int(),
  min: z.int(),
  max: z.int(),
});
/** A merged file that was read back after it was stored. */
export type MergedFile = z.output<typeof MergedFile>;

/** The tables of what the destinations have of histories. */
export class HistoryCopyRepo extends Repo {
  readonly #copies = new Table(this.db, 'history_destinations', HistoryCopy);
  readonly #merged = new Table(this.db, 'merged_files', MergedFile);

  /** Nothing is stored at a destination that is not known yet. */
  get(historyId: string, destinationId: string): HistoryCopy {
    const known = this.#copies.get(sql`WHERE history_id = ${historyId} AND destination_id = ${destinationId}`);
    return known ?? { historyId, destinationId, fileTxid: 0, lineTxid: 0, problem: null };
  }

  save(copy: HistoryCopy): void {
    this.#copies.save(copy, ['historyId', 'destinationId']);
  }

  merged(historyId: string, destinationId: string): MergedFile[] {
    return this.#merged.all(sql`WHERE history_id = ${historyId} AND destination_id = ${destinationId}`);
  }

  addMerged(file: MergedFile): void {
    this.#merged.save(file, ['historyId', 'destinationId', 'level', 'min', 'max']);
  }

  forgetMerged({ historyId, destinationId, level, min, max }: MergedFile): void {
    const file = sql`history_id = ${historyId} AND destination_id = ${destinationId} AND level = ${level}`;
    this.db.run(sql`DELETE FROM merged_files WHERE ${file} AND min = ${min} AND max = ${max}`);
  }
}
