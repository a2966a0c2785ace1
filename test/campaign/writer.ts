/*
 * Another program: commits one row after the other to a database, and prints its number once it is committed.
 * `node writer.ts <database> <transactions a second> <first number>`; it ends when its standard input does.
 */
import Database from 'better-sqlite3';

const [path = '', perSecond = '200', first = '1'] = process.argv.slice(2);
const BUSY_MS = 30_000;

let database = new Database(path, { timeout: BUSY_MS });
let next = Number(first);

function commit(): void {
  try {
    database.prepare('INSERT INTO written (id, note) VALUES (?, ?)').run(next, `row ${next}`);
    process.stdout.write(`${next}\n`);
    next += 1;
  } catch (error) {
    // Its file was exchanged for another one, or it waited too long: it opens the database again, as programs do.
    database.close();
    database = new Database(path, { timeout: BUSY_MS });
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}

const timer = setInterval(commit, 1000 / Number(perSecond));
process.stdin.resume().on('end', () => {
  clearInterval(timer);
  database.close();
});
