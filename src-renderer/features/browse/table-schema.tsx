import { Code, Stack, Title } from '@mantine/core';
import type { BrowsedTable } from '../../../src-shared/model/rows/browse.ts';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';

/** The columns, indexes, triggers and statement of a table. */
export function TableSchema({ table }: { table: BrowsedTable }) {
  const key = (name: string): string => {
    const position = table.primaryKey.indexOf(name);
    if (position < 0) return '';
    return table.primaryKey.length === 1 ? 'Primary key' : `Primary key, ${position + 1}`;
  };
  return (
    <Stack gap="md" className="table-schema">
      <ScrollTable label={`Columns of ${table.name}`} columns={['Column', 'Type', 'Key', 'Rules']}>
        {table.columns.map(({ name, type, notNull, defaultSql, generated }) => (
          <tr key={name}>
            <td>
              <bdi>{name}</bdi>
            </td>
            <td>{type}</td>
            <td>{key(name)}</td>
            <td>
              {[
                notNull ? 'NOT NULL' : '',
                defaultSql === null ? '' : `DEFAULT ${defaultSql}`,
                generated === null ? '' : `generated, ${generated}`,
              ]
                .filter(Boolean)
                .join('; ')}
            </td>
          </tr>
        ))}
      </ScrollTable>
      {[
        { name: 'Statement', sql: table.sql },
        ...table.parts.map(({ type, name, sql }) => ({
          name: `${type === 'index' ? 'Index' : 'Trigger'} ${name}`,
          sql,
        })),
      ].map(({ name, sql }) => (
        <section key={name}>
          <Title order={2} size="h5">
            {name}
          </Title>
          {sql === null ? (
            <p className="quiet">Made by SQLite for a key.</p>
          ) : (
            <Code block className="statement">
              {sql}
            </Code>
          )}
        </section>
      ))}
    </Stack>
  );
}
