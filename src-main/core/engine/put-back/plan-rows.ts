import type { PutBackChoices, RowsToPutBack } from '../../../../src-shared/model/rows/put-back.ts';
import { unchecked } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { chosenRows } from './chosen-rows.ts';
import { decide } from './decide.ts';
import { isParent, type PlannedTable, Planning } from './planning.ts';
import { includeRelated, type Related } from './related-rows.ts';

/** What is put back, before anything is tried. */
export interface PutBackPlan {
  /** Parents before their children. */
  tables: PlannedTable[];
  related: Related[];
  problems: string[];
}

/** What putting rows back is asked for with. */
export interface PutBackOrder {
  rows: RowsToPutBack[];
  choices: PutBackChoices;
}

/**
 * Plans what becomes of rows of a snapshot in the live database. Nothing is written.
 * @param source the snapshot; temporary tables can be made in it
 * @param target the live database, or a copy of it
 * @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS` or `UNSUPPORTED` for what is asked for
 */
export function planPutBack(
  source: Database,
  target: Database,
  { rows, choices }: PutBackOrder,
  throwIfCancelled: () => void,
): PutBackPlan {
  const planning = new Planning(source, target, choices, throwIfCancelled);
  let related: Related[] = [];
  try {
    for (const chosen of rows) addChosen(planning, chosen);
    related = includeRelated(planning);
    decide(planning);
  } catch (error) {
    const lack = unchecked(error);
    if (lack === null) throw error;
    planning.problems.add(`These rows cannot be put back: ${lack.reason}.`);
  }
  return { tables: parentsFirst([...planning.planned.values()]), related, problems: [...planning.problems] };
}

function addChosen(planning: Planning, chosen: RowsToPutBack): void {
  const map = planning.mapOf(chosen.table);
  if (typeof map === 'string') {
    planning.problems.add(map);
    return;
  }
  for (const address of [...chosenRows(planning.source, map, chosen)]) planning.add(map, address, 'chosen');
}

/** Sorts tables so that those they refer to come first; of tables that refer to each other, the order stays. */
function parentsFirst(tables: readonly PlannedTable[]): PlannedTable[] {
  const sorted: PlannedTable[] = [];
  const visit = (table: PlannedTable, above: readonly PlannedTable[]): void => {
    if (sorted.includes(table) || above.includes(table)) return;
    for (const key of table.map.foreignKeys) {
      const parent = tables.find(({ map }) => isParent(key, map));
      if (parent !== undefined) visit(parent, [...above, table]);
    }
    sorted.push(table);
  };
  for (const table of tables) visit(table, []);
  return sorted;
}
