import Database from 'better-sqlite3';

/**
 * Enters so many more snapshots of the first plan that has one, by default an hour apart, the newest of them that long ago:
 * each with its copy, its verification, and the run that made it. Nothing of them is at the destination.
 */
export function enterManySnapshots(catalogFile: string, count: number, secondsApart = 3600): void {
  const catalog = new Database(catalogFile);
  const columnsOf = (table: string, changed: Record<string, string>): [names: string, values: string] => {
    const names = (catalog.pragma(`table_info(${table})`) as Array<{ name: string }>).map(({ name }) => name);
    const kept = names.filter((name) => changed[name] !== '');
    return [kept.join(', '), kept.map((name) => changed[name] ?? `t.${name}`).join(', ')];
  };
  const id = "format('00000000-0000-4000-8000-%012x', n)";
  const at = `strftime('%Y-%m-%dT%H:%M:%fZ', unixepoch('subsec') - n * ${secondsApart}, 'unixepoch')`;
  const insert = (table: string, from: string, changed: Record<string, string>): void => {
    const [names, values] = columnsOf(table, changed);
    catalog.exec(`WITH RECURSIVE counted(n) AS (SELECT ${count} UNION ALL SELECT n - 1 FROM counted WHERE n > 1)
      INSERT INTO ${table} (${names}) SELECT ${values} FROM counted, (SELECT * FROM ${table} ${from} LIMIT 1) t`);
  };
  catalog.transaction(() => {
    insert('snapshots', 'ORDER BY number', {
      number: '-n',
      id,
      name: "format('old-%d.db.gz', n)",
      created_at: at,
    });
    insert('manifests', '', { snapshot_id: id });
    insert('snapshot_copies', "WHERE state = 'stored'", { snapshot_id: id, at, name: 'NULL' });
    insert('verifications', '', { number: '', snapshot_id: id, at });
    const day = `date(${at}, 'localtime')`;
    insert('runs', "WHERE kind = 'backup'", { number: '-n', id, queued_at: at, finished_at: at, day });
  })();
  catalog.close();
}
