import { z } from 'zod';
import { FoldedAs, FoundFile } from '../../../../src-shared/model/found-database.ts';
import { sql, valuesOf } from '../sql.ts';
import { json, Repo, Table } from '../table.ts';

const Path = json(z.string());
const FoundRow = z.object({ path: Path, identity: z.string(), runId: z.string(), body: json(FoundFile) });
const IgnoredRow = z.object({ path: Path, at: z.string() });
const Listed = z.object({
  path: Path,
  identity: z.string(),
  runId: z.string(),
  foldedAs: FoldedAs.nullable(),
  bytes: z.number(),
  programs: z.number(),
});
/** What a list is sorted and counted by. */
export type ListedFile = z.output<typeof Listed>;

/** The tables of databases that searches have found, and of those that a person wants to see no more. */
export class FoundDatabaseRepo extends Repo {
  readonly #found = new Table(this.db, 'found_databases', FoundRow);
  readonly #ignored = new Table(this.db, 'ignored_databases', IgnoredRow);

  /** Enters what a search has found, in the place of what was known of these paths. */
  save(runId: string, files: ReadonlyArray<FoundFile & { identity: string }>): void {
    for (const { identity, ...body } of files) this.#found.save({ path: body.path, identity, runId, body }, ['path']);
  }

  /** Removes found databases by their paths. */
  remove(paths: readonly string[]): void {
    const written = paths.map((path) => JSON.stringify(path));
    this.db.run(sql`DELETE FROM found_databases WHERE path IN ${valuesOf(written)}`);
  }

  /** What there is to sort and to count by. */
  list(): ListedFile[] {
    return this.db.all(
      Listed,
      sql`SELECT path, identity, run_id AS "runId", body ->> '$.foldedAs' AS "foldedAs",
            (body ->> '$.sizeBytes') + (body ->> '$.walBytes') AS bytes, json_array_length(body, '$.openBy') AS programs
          FROM found_databases`,
    );
  }

  get(path: string): FoundFile | undefined {
    return this.#found.get(sql`WHERE path = ${JSON.stringify(path)}`)?.body;
  }

  ignored(): Set<string> {
    return new Set(this.#ignored.all().map(({ path }) => path));
  }

  ignore(path: string, at: string): void {
    this.#ignored.save({ path, at }, ['path']);
  }

  /** Undoes {@link ignore}. */
  stopIgnoring(path: string): void {
    this.db.run(sql`DELETE FROM ignored_databases WHERE path = ${JSON.stringify(path)}`);
  }
}
