import { z } from 'zod';
import { ErrorBody } from '../../../../src-shared/contract/errors.ts';
import { Destination, DestinationSettings, SelfTestReport } from '../../../../src-shared/model/destination.ts';
import { Instant } from '../../../../src-shared/model/values.ts';
import { among, sql } from '../sql.ts';
import { flag, json, Repo, Table } from '../table.ts';

/** A destination as the catalog knows it. */
const StoredDestination = z.object({
  ...Destination.shape,
  settings: json(DestinationSettings),
  /** It is a folder of Snapkeep's own, which nobody chooses: of safety snapshots, or the outbox. */
  own: flag,
  lastTest: json(z.object({ at: Instant, report: SelfTestReport })).nullable(),
  /** The id in its marker file; `null`: nobody could write one yet. */
  markerId: z.string().nullable(),
  /** When its availability was last checked; `null`: never. */
  checkedAt: Instant.nullable(),
  /** When it last was. */
  reachedAt: Instant.nullable(),
  /** When what is stored there was last listed. */
  listedAt: Instant.nullable(),
  /** Why it was not there, the last time it was asked; `null`: it was. */
  problem: json(ErrorBody).nullable(),
});
export type StoredDestination = z.output<typeof StoredDestination>;

/** What a person decides about a destination, and what the catalog alone knows of it. */
const Decided = z.object({
  ...StoredDestination.pick({ id: true, name: true, settings: true, own: true, createdAt: true, updatedAt: true })
    .shape,
});

/** The table of destinations. */
export class DestinationRepo extends Repo {
  readonly #table = new Table(this.db, 'destinations', StoredDestination);
  readonly #decided = new Table(this.db, 'destinations', Decided);

  /** Those that people know, by name. @param ids without them, all */
  list(ids?: readonly string[]): StoredDestination[] {
    return this.#table.all(sql`WHERE own = 0 AND ${among('id', ids)} ORDER BY name COLLATE NOCASE`);
  }

  /** Snapkeep's own too. */
  all(): StoredDestination[] {
    return this.#table.all(sql`ORDER BY own, name COLLATE NOCASE`);
  }

  get(id: string): StoredDestination | undefined {
    return this.#table.get(sql`WHERE id = ${id}`);
  }

  /** The destination of this name, whatever the case of its letters. */
  byName(name: string): StoredDestination | undefined {
    return this.#table.get(sql`WHERE name = ${name}`);
  }

  /** @param path canonical */
  byFolder(path: string): StoredDestination | undefined {
    return this.#table.get(sql`WHERE settings ->> '$.kind' = 'folder' AND settings ->> '$.path' = ${path}`);
  }

  save(destination: z.output<typeof Decided>): void {
    this.#decided.save(destination, ['id'], ['createdAt']);
  }

  setTest(id: string, test: NonNullable<StoredDestination['lastTest']>): void {
    this.db.run(sql`UPDATE destinations SET last_test = ${JSON.stringify(test)} WHERE id = ${id}`);
  }

  setMarker(id: string, markerId: string): void {
    this.db.run(sql`UPDATE destinations SET marker_id = ${markerId} WHERE id = ${id}`);
  }

  /** Its availability was checked. @param problem why it is unavailable; `null`: it is available */
  setChecked(id: string, at: string, problem: ErrorBody | null): void {
    const kept = problem && JSON.stringify(problem);
    this.db.run(
      sql`UPDATE destinations SET checked_at = ${at}, reached_at = iif(${kept} IS NULL, ${at}, reached_at), problem = ${kept}
          WHERE id = ${id}`,
    );
  }

  setListed(id: string, at: string): void {
    this.db.run(sql`UPDATE destinations SET listed_at = ${at} WHERE id = ${id}`);
  }

  /** Nothing that was seen of any destination holds any more. */
  forgetChecks(): void {
    this.db.run(sql`UPDATE destinations SET checked_at = NULL, reached_at = NULL, problem = NULL`);
  }
}
