import type { ErrorBody } from '../../../../src-shared/contract/errors.ts';
import { type Destination, DestinationSettings, SelfTestReport } from '../../../../src-shared/model/destination.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** A destination as the catalog knows it. */
export interface StoredDestination extends Destination {
  /** It is a folder of Snapkeep's own, which nobody chooses: of safety snapshots, or the outbox. */
  own: boolean;
  lastTest: { at: string; report: SelfTestReport } | null;
  /** The id in its marker file; `null`: nobody could write one yet. */
  markerId: string | null;
  /** When it was last asked whether it is there; `null`: never. */
  checkedAt: string | null;
  /** When it last was. */
  reachedAt: string | null;
  /** When what is stored there was last listed. */
  listedAt: string | null;
  /** Why it was not there, the last time it was asked; `null`: it was. */
  problem: ErrorBody | null;
}

/** What a person decides about a destination, and what the catalog alone knows of it. */
type Decided = Omit<StoredDestination, 'lastTest' | 'markerId' | 'checkedAt' | 'reachedAt' | 'listedAt' | 'problem'>;

interface DestinationRow {
  id: string;
  name: string;
  settings: string;
  own: number;
  created_at: string;
  updated_at: string;
  last_test: string | null;
  marker_id: string | null;
  checked_at: string | null;
  reached_at: string | null;
  listed_at: string | null;
  problem: string | null;
}

/** The table of destinations. */
export class DestinationRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Those that people know, by name. */
  list(): StoredDestination[] {
    return this.#select('WHERE own = 0 ORDER BY name COLLATE NOCASE');
  }

  /** Snapkeep's own too. */
  all(): StoredDestination[] {
    return this.#select('ORDER BY own, name COLLATE NOCASE');
  }

  get(id: string): StoredDestination | undefined {
    return this.#select('WHERE id = ?', id)[0];
  }

  /** The destination of this name, whatever the case of its letters. */
  byName(name: string): StoredDestination | undefined {
    return this.#select('WHERE name = ?', name)[0];
  }

  /** @param path canonical */
  byFolder(path: string): StoredDestination | undefined {
    return this.#select(`WHERE settings ->> '$.kind' = 'folder' AND settings ->> '$.path' = ?`, path)[0];
  }

  save(destination: Decided): void {
    const { id, name, settings, own, createdAt, updatedAt } = destination;
    this.#db
      .prepare(
        `INSERT INTO destinations (id, name, settings, own, created_at, updated_at) VALUES (@id, @name, @settings, @own, @createdAt, @updatedAt)
         ON CONFLICT (id) DO UPDATE SET name = @name, settings = @settings, own = @own, updated_at = @updatedAt`,
      )
      .run({ id, name, settings: JSON.stringify(settings), own: own ? 1 : 0, createdAt, updatedAt });
  }

  setTest(id: string, test: NonNullable<StoredDestination['lastTest']>): void {
    this.#db.prepare('UPDATE destinations SET last_test = ? WHERE id = ?').run(JSON.stringify(test), id);
  }

  setMarker(id: string, markerId: string): void {
    this.#db.prepare('UPDATE destinations SET marker_id = ? WHERE id = ?').run(markerId, id);
  }

  /** It was asked whether it is there. @param problem why it was not; `null`: it was */
  setChecked(id: string, at: string, problem: ErrorBody | null): void {
    this.#db
      .prepare(
        'UPDATE destinations SET checked_at = @at, reached_at = iif(@problem IS NULL, @at, reached_at), problem = @problem WHERE id = @id',
      )
      .run({ id, at, problem: problem && JSON.stringify(problem) });
  }

  setListed(id: string, at: string): void {
    this.#db.prepare('UPDATE destinations SET listed_at = ? WHERE id = ?').run(at, id);
  }

  /** Nothing that was seen of any destination holds any more. */
  forgetChecks(): void {
    this.#db.prepare('UPDATE destinations SET checked_at = NULL, reached_at = NULL, problem = NULL').run();
  }

  /** With its copies' rows; what has no other copy is forgotten too. */
  remove(id: string): void {
    this.#db.transaction(() => {
      this.#db.prepare('DELETE FROM destinations WHERE id = ?').run(id);
      this.#db.prepare('DELETE FROM snapshots WHERE id NOT IN (SELECT snapshot_id FROM snapshot_copies)').run();
    })();
  }

  #select(condition: string, ...values: string[]): StoredDestination[] {
    const rows = this.#db.prepare(`SELECT * FROM destinations ${condition}`).all(...values) as DestinationRow[];
    return rows.map(toDestination);
  }
}

function toDestination(row: DestinationRow): StoredDestination {
  const test = row.last_test === null ? null : (JSON.parse(row.last_test) as { at: string; report: unknown });
  return {
    id: row.id,
    name: row.name,
    settings: DestinationSettings.parse(JSON.parse(row.settings)),
    own: row.own === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastTest: test && { at: test.at, report: SelfTestReport.parse(test.report) },
    markerId: row.marker_id,
    checkedAt: row.checked_at,
    reachedAt: row.reached_at,
    listedAt: row.listed_at,
    problem: row.problem === null ? null : (JSON.parse(row.problem) as ErrorBody),
  };
}
