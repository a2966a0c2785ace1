import { Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { BrowsedTable, QueryAnswer } from '../../../src-shared/model/rows/browse.ts';
import type { Cell } from '../../../src-shared/model/rows/cell.ts';
import { countInWords, durationInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { Form } from '../../components/forms/form.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useDialogAbout } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { PutBackButton } from '../put-back/put-back-button.tsx';
import { CellDialog } from './cell-dialog.tsx';
import { ExportButton } from './export-dialog.tsx';
import { quotedName, rowsOfQuery } from './query-rows.ts';
import { RowGrid } from './row-grid.tsx';

/** How many statements are remembered. */
const REMEMBERED = 50;
/** What was run since the window was opened, the last first. On no disk: statements name what encrypted databases hold. */
let history: readonly string[] = [];
/** What is typed stays while other tables are shown. */
let draft = '';

interface SqlPanelProps {
  viewId: string;
  tables: readonly BrowsedTable[];
  /** The one that is shown. */
  table: string | undefined;
}

/** Runs statements that only read. */
export function SqlPanel({ viewId, tables, table }: SqlPanelProps) {
  const [sql, setSql] = useState(draft || (table === undefined ? '' : `SELECT * FROM ${quotedName(table)} LIMIT 100`));
  const [answer, setAnswer] = useState<(QueryAnswer & { sql: string }) | null>(null);
  const value = useDialogAbout<{ column: string; cell: Cell }>('value');
  const abort = useRef<AbortController | null>(null);
  const action = useAction('here');
  useEffect(() => () => abort.current?.abort(), []);
  const type = (text: string): void => {
    draft = text;
    setSql(text);
  };
  const run = (): void => {
    const controller = new AbortController();
    abort.current = controller;
    history = [sql, ...history.filter((each) => each !== sql)].slice(0, REMEMBERED);
    action.run(async () => {
      const found = await client.call('browse.query', { viewId, sql }, { signal: controller.signal });
      setAnswer({ ...found, sql });
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || action.pending || sql.trim() === '') return;
    event.preventDefault();
    run();
  };
  return (
    <Stack gap="sm" className="sql-panel">
      <Form onSubmit={run}>
        <Textarea
          label="Statement"
          description="Reads only: SELECT, WITH, VALUES, EXPLAIN. Stopped after 30 s. Run it with Ctrl+Enter or ⌘+Enter."
          className="sql-text"
          autosize
          minRows={3}
          maxRows={12}
          spellCheck={false}
          value={sql}
          onChange={(event) => type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <Group gap="xs" mt="xs">
          <Button
            type="submit"
            size="xs"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            loading={action.pending}
            disabled={sql.trim() === ''}
          >
            Run
          </Button>
          {action.pending && (
            <Button size="xs" variant="default" onClick={() => abort.current?.abort()}>
              Cancel
            </Button>
          )}
          {history.length > 0 && (
            <Select
              size="xs"
              aria-label="History"
              placeholder="History"
              w={220}
              data={[...history]}
              value={null}
              onChange={(chosen) => chosen !== null && type(chosen)}
            />
          )}
          {answer !== null && <ExportButton viewId={viewId} what={{ sql: answer.sql }} name="query" />}
          {answer !== null &&
            rowsOfQuery(answer, tables).map((rows) => (
              <PutBackButton
                key={rows.table}
                viewId={viewId}
                rows={rows}
                label={`Put rows of ${rows.table} back…`}
                minor
              />
            ))}
        </Group>
      </Form>
      {action.error !== null && action.error.code !== 'CANCELLED' && <ErrorNotice error={action.error} />}
      {answer !== null && (
        <>
          <Text size="sm" c="dimmed" role="status">
            {answer.more ? 'First ' : ''}
            {countInWords(answer.rows.length, 'row')}, {durationInWords(answer.durationMs)}
            {answer.more ? '. Export the result to get all rows.' : ''}
          </Text>
          {answer.rows.length > 0 && (
            <RowGrid
              label="Result"
              columns={answer.columns}
              rows={answer.rows}
              onOpen={(row, column) =>
                value.open({ column: answer.columns[column] ?? '', cell: answer.rows[row]?.[column] ?? null })
              }
            />
          )}
        </>
      )}
      {value.about !== null && <CellDialog {...value.about} onClose={value.close} />}
    </Stack>
  );
}
