import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { widenThreadPool } from '../../src-main/core/process/thread-pool.ts';

// Runs in a process of its own, whose threads for files are not in use yet. Time passes at once for whoever waits.
widenThreadPool();
const { setInterval: again } = globalThis;
globalThis.setInterval = ((work: () => void, ms?: number) => again(work, (ms ?? 0) / 1000)) as typeof setInterval;
const { askInTime } = await import('../../src-main/core/destinations/ask-in-time.ts');
const [folder = ''] = process.argv.slice(2);
let asked = 0;
let late = 0;
for (let time = 0; time < 8; time++) {
  for (let share = 0; share < 5; share++) {
    // Whoever reads a pipe that nobody writes to waits for ever, as on a dead mount.
    const pipe = join(folder, `share-${share}`);
    if (time === 0) execFileSync('mkfifo', [pipe]);
    const answer = await askInTime(pipe, () => {
      asked += 1;
      return readFile(pipe, 'utf8');
    });
    if (answer === 'late') late += 1;
  }
}
const file = join(folder, 'healthy');
await writeFile(file, 'there');
const healthy = await readFile(file, 'utf8');
process.stdout.write(JSON.stringify({ asked, late, healthy }), () => process.kill(process.pid, 'SIGKILL'));
