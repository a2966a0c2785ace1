import { type Destination, DestinationSettings, SelfTestReport } from '../../../src-shared/model/destination.ts';
import type { Database } from '../engine/open-database.ts';

/** A destination as the catalog knows it. */
export interface StoredDestination extends Destination {
  /** It is a folder of Snapkeep's own, which nobody chooses: of safety snapshots, or the outbox. */
  own: boolean;
  lastTest: { at: string; report: SelfTestReport } | null;
}

interface DestinationRow {
  id: string;
  name: string;
  settings: string;
  own: number;
  created_at: string;
  updated_at: string;
  last_test: string | null;
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

  save(destination: Omit<StoredDestination, 'lastTest'>): void {
    const { id, name, settings, own, createdAt, updatedAt } = destination;
    this.#db
      .prepare(
        `INSERT INTO destinations (id, name, settings, own, created_at, updated_at, last_test) VALUES (@id, @name, @settings, @own, @createdAt, @updatedAt, NULL)
         ON CONFLICT (id) DO UPDATE SET name = @name, settings = @settings, own = @own, updated_at = @updatedAt`,
      )
      .run({ id, name, settings: JSON.stringify(settings), own: own ? 1 : 0, createdAt, updatedAt });
  }

  setTest(id: string, test: NonNullable<StoredDestination['lastTest']>): void {
    this.#db.prepare('UPDATE destinations SET last_test = ? WHERE id = ?').run(JSON.stringify(test), id);
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
  };
}
