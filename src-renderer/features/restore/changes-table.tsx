import type { RowsOnOneSide, TableChange } from '../../../src-shared/model/restore/restore.ts';
import { rowsInWords } from '../../../src-shared/words/table-rows.ts';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';

interface ChangesTableProps {
  changes: readonly TableChange[];
  /** Whether there is a database before the restore. */
  exists?: boolean;
  label?: string;
  /** What the columns are called. */
  before?: string;
  after?: string;
}

/** The rows of each table before and after a restore, or in two databases; tables that differ come first. */
export function ChangesTable({ changes, exists = true, label, before = 'Now', after = 'After' }: ChangesTableProps) {
  const sorted = exists ? [...changes].sort((a, b) => Number(differs(b)) - Number(differs(a))) : changes;
  return (
    <ScrollTable
      label={label ?? 'Rows before and after'}
      columns={['Table', exists && { number: before }, { number: after }, exists && { number: 'Difference' }]}
    >
      {sorted.map((change) => (
        <tr key={change.name}>
          <td>{change.name}</td>
          {exists && <td className="number">{count(change.now)}</td>}
          <td className="number">{count(change.after)}</td>
          {exists && <Difference change={change} />}
        </tr>
      ))}
    </ScrollTable>
  );
}

function Difference({ change: { now, after } }: { change: TableChange }) {
  if (now === 'uncounted' || after === 'uncounted') return <td className="number">unknown</td>;
  const difference = (after ?? 0) - (now ?? 0);
  if (difference === 0) return <td className="number">{now === after ? '=' : 'changed'}</td>;
  const amount = Math.abs(difference).toLocaleString('en-US');
  return (
    <td className={`number ${difference > 0 ? 'gain' : 'loss'}`}>{difference > 0 ? `+${amount}` : `−${amount}`}</td>
  );
}

const differs = ({ now, after }: TableChange): boolean => now !== after;

function count(rows: RowsOnOneSide): string {
  if (rows === null) return 'missing';
  return rowsInWords(rows === 'uncounted' ? null : rows);
}
