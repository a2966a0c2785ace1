import type { RowsOnOneSide, TableChange } from '../../../src-shared/model/restore/restore.ts';
import { rowsInWords } from '../../../src-shared/words/table-rows.ts';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';

/** The rows of each table before and after the restore; tables that change come first. */
export function ChangesTable({ changes, exists }: { changes: readonly TableChange[]; exists: boolean }) {
  const sorted = exists ? [...changes].sort((a, b) => Number(differs(b)) - Number(differs(a))) : changes;
  return (
    <ScrollTable
      label="Rows before and after"
      columns={['Table', exists && { number: 'Now' }, { number: 'After' }, exists && { number: 'Difference' }]}
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
