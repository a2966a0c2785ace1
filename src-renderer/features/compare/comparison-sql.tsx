import type { Params } from '../../../src-shared/contract/methods.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { useAnswer } from '../../stores/core.ts';
import { SqlScript } from '../browse/sql-script.tsx';

type Asked = Pick<Params<'compare.sql'>, 'viewId' | 'table'>;

/** The SQL that makes the newer state of the older one, to read and to save. */
export function ComparisonSql(asked: Asked) {
  return (
    <Disclosure title="SQL">
      <Statements {...asked} />
    </Disclosure>
  );
}

function Statements(asked: Asked) {
  return (
    <SqlScript
      answer={useAnswer('compare.sql', { ...asked, offset: 0 })}
      read={(offset) => client.call('compare.sql', { ...asked, offset })}
      label="SQL of the differences"
      about="Makes the newer state of a database in the older one."
      fileName="differences.sql"
      command="snapkeep diff A B --sql > changes.sql"
    />
  );
}
