import { once } from 'node:events';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';

/*
 * The other program: a process of its own that has a database open and does what it is told, one line of JSON at a
 * time. It answers each line with one line. See `openElsewhere`.
 */

export interface OtherRequest {
  sql: string;
  /** Answers the first column of the first row. */
  get?: boolean;
}

const [path = '', ...pragmas] = process.argv.slice(2);
const database = new Database(path, { timeout: 0 });
for (const pragma of pragmas) database.pragma(pragma);
process.stdout.write('"open"\n');

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => process.stdout.write(`${JSON.stringify(work(JSON.parse(line) as OtherRequest))}\n`));
await once(lines, 'close');
database.close();

function work({ sql, get }: OtherRequest): unknown {
  try {
    if (get) return { value: database.prepare(sql).pluck().get() ?? null };
    database.exec(sql);
    return { value: null };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { error: error instanceof Error ? error.message : String(error), code };
  }
}
