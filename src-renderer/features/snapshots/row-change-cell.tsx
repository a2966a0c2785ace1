import { UnstyledButton } from '@mantine/core';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { rowCountChangeInWords } from '../../../src-shared/words/table-rows.ts';
import { navigate } from '../../hooks/address.ts';

/** How the numbers of rows differ from the snapshot before; opens the comparison of the two. */
export function RowChangeCell({ snapshot: { id, planId, rowChange } }: { snapshot: ListedSnapshot }) {
  if (rowChange === null || planId === null) return <span className="quiet">–</span>;
  const parts = rowCountChangeInWords(rowChange);
  return (
    <UnstyledButton
      className="row-change"
      title={`${parts.join(', ')}\nNumber of rows, against the snapshot before. Rows whose values changed do not count. Click to compare the two.`}
      aria-label={`Compare with the snapshot before: ${parts.join(', ')}`}
      onClick={() => navigate(`/databases/${planId}/compare?a=${rowChange.since}&b=${id}`)}
    >
      {parts.map((part) => (
        <span key={part} className={part.startsWith('+') ? 'gain' : part.startsWith('−') ? 'loss' : 'quiet'}>
          {part}
        </span>
      ))}
    </UnstyledButton>
  );
}
