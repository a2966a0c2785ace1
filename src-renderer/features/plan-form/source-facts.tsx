import type { SourceDescription } from '../../../src-shared/model/source.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import { settingsInWords } from '../../../src-shared/words/database-encryption-words.ts';
import { rowsInWords, tablesInWords } from '../../../src-shared/words/table-rows.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { Facts } from '../../components/layout/facts.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { Note } from '../../components/messages/note.tsx';

/** The facts of a database. */
export function SourceFacts({ source }: { source: SourceDescription }) {
  const holders = source.openBy.map((holder) => `${holder.name} (${holder.pid})`).join(', ');
  return (
    <>
      <Facts
        facts={[
          [
            'Size',
            bytesInWords(source.sizeBytes) + (source.walBytes > 0 ? ` + ${bytesInWords(source.walBytes)} WAL` : ''),
          ],
          source.databaseEncryption !== null && [
            'Encryption',
            source.databaseEncryption.settings === null
              ? 'Locked: key required'
              : settingsInWords(source.databaseEncryption.settings),
          ],
          [
            'Content',
            tablesInWords(source.tables) + (source.userVersion > 0 ? `, schema version ${source.userVersion}` : ''),
          ],
          ['Journal mode', source.journalMode.toUpperCase()],
          ['In use by', holders === '' ? 'no other program' : holders],
        ]}
      />
      {source.warnings.map((warning) => (
        <Note key={warning} tone="warn">
          {warning}
        </Note>
      ))}
      {source.journalMode !== 'wal' && source.databaseEncryption?.locked !== true && (
        <Note tone="info">
          In this journal mode, other programs cannot write while pages are copied. WAL mode avoids that.
        </Note>
      )}
      <TableList tables={source.tables} />
    </>
  );
}

/** Tables and their rows, in a box that scrolls. */
export function TableList({ tables }: { tables: readonly TableRows[] }) {
  if (tables.length === 0) return null;
  return (
    <ScrollTable label="Tables" columns={['Table', { number: 'Rows' }]}>
      {tables.map((table) => (
        <tr key={table.name}>
          <td>{table.name}</td>
          <td className="number">{rowsInWords(table.rows)}</td>
        </tr>
      ))}
    </ScrollTable>
  );
}
