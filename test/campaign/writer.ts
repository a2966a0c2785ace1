/*
 * Another program: commits one row after the other to a database, and prints its number once it is committed.
 * `node writer.ts <database> <transactions a second> [anew]`; it ends when its standard input does. With `anew` it opens
 * the database for each row, so that the file can be exchanged in between.
 */
import Database from 'better-sqlite3';

const [path = '', perSecond = '200', anew] = process.argv.slice(2);
const BUSY_MS = 30_000;

let database: Database.Database | undefined;
let next = 1;

function commit(): void {
  try {
    database ??= new Database(path, { timeout: BUSY_MS, fileMustExist: true });
    database.prepare('INSERT INTO written (id, note) VALUES (?, ?)').run(next, `row ${next}`);
    process.stdout.write(`${next}\n`);
  } catch (error) {
    // Its file was exchanged for another one, or it waited too long: it opens the database again, as programs do.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    close();
  }
  // Never the same number twice: a commit that could not be told may be there.
  next += 1;
  if (anew !== undefined) close();
}

function close(): void {
  database?.close();
  database = undefined;
}

const timer = setInterval(commit, 1000 / Number(perSecond));
process.stdin.resume().on('end', () => {
  clearInterval(timer);
  close();
});
