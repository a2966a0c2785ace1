import { Button, Group, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleMinus } from '@tabler/icons-react';
import type { Cell } from '../../../src-shared/model/rows/cell.ts';
import type { FoundRow, RowVersion, SearchedSnapshot } from '../../../src-shared/model/rows/found-rows.ts';
import type { RowsToPutBack } from '../../../src-shared/model/rows/put-back.ts';
import { presencesOf, type ShownVersion, shownVersionsOf } from '../../../src-shared/rules/rows/row-history.ts';
import { isWholeCell } from '../../../src-shared/rules/rows/whole-cell.ts';
import { foundRowLabel, presenceInWords, shownInWords } from '../../../src-shared/words/row-history-words.ts';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { Pill } from '../../components/status/pill.tsx';
import { setParameters } from '../../hooks/address.ts';
import { drawnCell } from '../browse/cell-words.ts';
import { openPutBack } from '../put-back/put-back-store.ts';

/** More columns are not drawn; Browse shows them. */
const COLUMNS = 40;

interface FoundRowProps {
  /** The plan whose database rows are put back into. */
  planId: string;
  row: FoundRow;
  snapshots: readonly SearchedSnapshot[];
  now: number;
}

/** A row that was found: when it was present, and what it looked like each time. */
export function FoundRowCard({ planId, row, snapshots, now }: FoundRowProps) {
  const shown = shownVersionsOf(row.spans);
  const presence = presenceInWords(row, snapshots, now);
  const label = foundRowLabel(row);
  return (
    <article className="card found-row" aria-label={label}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="start">
        <Text fw={600} className="wraps">
          <bdi>{label}</bdi>
        </Text>
        <NowPill row={row} />
      </Group>
      <Text size="sm">
        {presence.slice(0, 1).toUpperCase()}
        {presence.slice(1)}.
      </Text>
      <Versions planId={planId} row={row} shown={shown} snapshots={snapshots} now={now} />
    </article>
  );
}

/** Whether the newest snapshot has the row. */
function NowPill({ row: { spans } }: { row: FoundRow }) {
  const last = presencesOf(spans).at(-1);
  if (last === undefined || !last.toEnd) return null;
  return last.present ? (
    <Pill tone="good" icon={<IconCircleCheck size={14} aria-hidden />}>
      In the newest snapshot
    </Pill>
  ) : (
    <Pill tone="bad" icon={<IconCircleMinus size={14} aria-hidden />}>
      Missing
    </Pill>
  );
}

function Versions({ planId, row, shown, snapshots, now }: FoundRowProps & { shown: readonly ShownVersion[] }) {
  const all = [...new Set(shown.flatMap(({ version }) => row.versions[version]?.columns ?? []))];
  const columns = all.slice(0, COLUMNS);
  // A heading stands over its numbers as they are aligned.
  const isNumber = (column: string): boolean =>
    shown.some(({ version }) => {
      const cell = cellOf(row.versions[version] ?? { columns: [], cells: null }, column);
      return cell != null && drawnCell(cell).kind === 'number';
    });
  return (
    <>
      <ScrollTable
        label={`Versions of ${foundRowLabel(row)}`}
        columns={['Snapshots', ...columns.map((column) => (isNumber(column) ? { number: column } : column))]}
      >
        {shown.map((each, index) => {
          const older = shown[index + 1];
          return (
            <tr key={each.newest}>
              <td className="version-time">
                {shownInWords(each, snapshots, now)}
                <Button
                  size="compact-xs"
                  variant="subtle"
                  onClick={() => browse(row, snapshots[each.newest]?.snapshotId ?? '')}
                >
                  Browse
                </Button>
                <PutBackVersion
                  planId={planId}
                  snapshotId={snapshots[each.newest]?.snapshotId ?? ''}
                  rows={rowsToPutBack(row, row.versions[each.version])}
                />
              </td>
              <Cells
                columns={columns}
                version={row.versions[each.version]}
                older={older === undefined ? undefined : row.versions[older.version]}
              />
            </tr>
          );
        })}
      </ScrollTable>
      {all.length > columns.length && (
        <Text size="xs" c="dimmed">
          The first {COLUMNS} of {all.length.toLocaleString('en-US')} columns. Browse shows all.
        </Text>
      )}
    </>
  );
}

interface CellsProps {
  columns: readonly string[];
  version: RowVersion | undefined;
  older: RowVersion | undefined;
}

function Cells({ columns, version, older }: CellsProps) {
  if (version?.cells == null) return <td colSpan={columns.length}>Too large to be kept. Browse shows it.</td>;
  return columns.map((column) => {
    const cell = cellOf(version, column);
    const before = older?.cells == null ? cell : cellOf(older, column);
    const { text, kind } = cell === undefined ? { text: '–', kind: 'null' } : drawnCell(cell);
    const changed = JSON.stringify(cell) !== JSON.stringify(before);
    return (
      <td key={column} className={kind === 'number' ? 'number' : ''}>
        <span className={`cell-${kind}`}>{changed ? <mark>{text}</mark> : text}</span>
      </td>
    );
  });
}

/** `undefined`: the table had no such column then. */
function cellOf({ columns, cells }: RowVersion, column: string): Cell | undefined {
  const index = columns.indexOf(column);
  return index < 0 ? undefined : cells?.[index];
}

/** Shows a row in a snapshot. */
function browse({ table, key }: FoundRow, snapshotId: string): void {
  const filters = (key?.columns ?? []).flatMap((column, index) => {
    const cell = key?.cells[index];
    return typeof cell === 'string' || typeof cell === 'number' ? [{ column, is: 'equal', text: String(cell) }] : [];
  });
  setParameters(
    { search: '', at: snapshotId, table, filter: JSON.stringify(filters), sort: '', order: '', show: '' },
    { replace: false },
  );
}

/** What names a row in a snapshot: its key, or all of its values; `null`: they are too long to be named. */
function rowsToPutBack({ table, key }: FoundRow, version: RowVersion | undefined): RowsToPutBack | null {
  if (key !== null) return { table, keys: [key.cells], columns: key.columns };
  if (version?.cells == null || !version.cells.every(isWholeCell)) return null;
  return { table, keys: [version.cells], columns: version.columns };
}

interface PutBackVersionProps {
  planId: string;
  snapshotId: string;
  rows: RowsToPutBack | null;
}

/** Offers to put a row back as a snapshot has it. */
function PutBackVersion({ planId, snapshotId, rows }: PutBackVersionProps) {
  if (rows === null) return null;
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      onClick={() => openPutBack({ source: { snapshotId }, target: { planId }, rows: [rows] })}
    >
      Put back…
    </Button>
  );
}
