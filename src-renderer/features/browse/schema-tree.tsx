import { TextInput } from '@mantine/core';
import { IconEye, IconSearch, IconTable, IconTableAlias } from '@tabler/icons-react';
import { useState } from 'react';
import type { BrowsedTable } from '../../../src-shared/model/rows/browse.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';

const ICONS = { table: IconTable, shadow: IconTable, virtual: IconTableAlias, view: IconEye } as const;
const GROUPS = [
  { title: 'Tables', kinds: ['table'] },
  { title: 'Virtual tables', kinds: ['virtual'] },
  { title: 'Views', kinds: ['view'] },
] as const;
/** From this many on they can be searched. */
const MANY = 12;

interface SchemaTreeProps {
  tables: readonly BrowsedTable[];
  chosen: string | undefined;
  onChoose(table: string): void;
}

/** The tables and views of a database, in groups. */
export function SchemaTree({ tables, chosen, onChoose }: SchemaTreeProps) {
  const [text, setText] = useState('');
  const found = tables.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const groups = GROUPS.map(({ title, kinds }) => ({
    title,
    tables: found.filter(({ kind }) => (kinds as readonly string[]).includes(kind)),
  }));
  const shadows = found.filter(({ kind }) => kind === 'shadow');
  return (
    <nav className="schema-tree" aria-label="Tables and views">
      {tables.length >= MANY && (
        <TextInput
          size="xs"
          aria-label="Filter tables"
          placeholder="Filter tables"
          leftSection={<IconSearch size={13} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {groups
        .filter((group) => group.tables.length > 0)
        .map((group) => (
          <section key={group.title}>
            <h2>{group.title}</h2>
            <TableList {...{ chosen, onChoose }} tables={group.tables} />
          </section>
        ))}
      {shadows.length > 0 && (
        <Disclosure title="Tables of virtual tables">
          <TableList {...{ chosen, onChoose }} tables={shadows} />
        </Disclosure>
      )}
      {found.length === 0 && <p className="quiet">{tables.length === 0 ? 'No tables.' : 'No table matches.'}</p>}
    </nav>
  );
}

function TableList({ tables, chosen, onChoose }: SchemaTreeProps) {
  return (
    <ul>
      {tables.map(({ name, kind, rows }) => {
        const Icon = ICONS[kind];
        return (
          <li key={name}>
            <button type="button" aria-current={name === chosen} onClick={() => onChoose(name)} title={name}>
              <Icon size={14} aria-hidden />
              <span className="tree-name">
                <bdi>{name}</bdi>
              </span>
              {rows !== null && (
                <span className="tree-rows">
                  {rows.toLocaleString('en-US')}
                  <span className="visually-hidden"> rows</span>
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
