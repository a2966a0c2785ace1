import { z } from 'zod';
import { Instant } from '../../../../src-shared/model/values.ts';
import { aged, type CountedAge } from '../../../../src-shared/retention/counted-age.ts';
import { sql } from '../sql.ts';
import { json, Repo, Table } from '../table.ts';

const SafetyAgeRow = z.object({
  /** The id of a safety snapshot, or the path of a kept file or folder. */
  kept: json(z.string()),
  ageMs: z.int(),
  lookedAt: Instant,
});

/** The table of how long restores have kept what they replaced. */
export class SafetyAgeRepo extends Repo {
  readonly #rows = new Table(this.db, 'safety_ages', SafetyAgeRow);

  /**
   * Counts on how long everything that is still kept has been kept; the rest is forgotten.
   * @param now milliseconds since 1970
   * @returns the ages in milliseconds; 0 for what is seen for the first time
   */
  countOn(kept: readonly string[], now: number): Map<string, number> {
    return this.db.transaction(() => {
      const before = new Map<string, CountedAge>(this.#rows.all().map((row) => [row.kept, row]));
      const fresh = { ageMs: 0, lookedAt: new Date(now).toISOString() };
      this.db.run(sql`DELETE FROM safety_ages`);
      const ages = new Map(kept.map((each) => [each, aged(before.get(each) ?? fresh, now)]));
      for (const [each, age] of ages) this.#rows.insert({ kept: each, ...age });
      return new Map([...ages].map(([each, { ageMs }]) => [each, ageMs]));
    });
  }
}
