import { Code, Stack, Text } from '@mantine/core';
import type { Cell } from '../../../src-shared/model/rows/cell.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { bytesOfBase64, hexLines, jsonOf } from './value-forms.ts';

/** Shows a value of a query's result, as much of it as was sent. */
export function CellDialog({ column, cell, onClose }: { column: string; cell: Cell; onClose(): void }) {
  const { text, total } = contentOf(cell);
  return (
    <Dialog opened onClose={onClose} title={<bdi>{column}</bdi>} size="xl">
      <Stack gap="md">
        {total !== null && (
          <Text size="sm" c="dimmed">
            The start of {bytesInWords(total)}. Use substr() to read more of it, or export the result.
          </Text>
        )}
        <Code block className="value-text" tabIndex={0}>
          {text}
        </Code>
        <DialogButtons onClose={onClose} close="Close" focused />
      </Stack>
    </Dialog>
  );
}

/** `total`: the bytes of a value that was not sent whole. */
function contentOf(cell: Cell): { text: string; total: number | null } {
  if (cell === null) return { text: 'NULL', total: null };
  if (typeof cell === 'string') return { text: jsonOf(cell) ?? cell, total: null };
  if (typeof cell === 'number') return { text: String(cell), total: null };
  if ('integer' in cell) return { text: cell.integer, total: null };
  if ('real' in cell) return { text: String(cell.real), total: null };
  if ('text' in cell) return { text: cell.text, total: cell.bytes };
  const bytes = bytesOfBase64('blob' in cell ? cell.blob : cell.textBytes);
  return { text: hexLines(bytes, 0), total: bytes.length < cell.bytes ? cell.bytes : null };
}
