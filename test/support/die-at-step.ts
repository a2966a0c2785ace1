import { writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import type { Kept } from '../../src-main/core/runs/worker-protocol.ts';

/*
 * Loaded into the processes of a core that is to be killed (`--import`): counts the steps of a restore or an undo in its
 * worker process, from its first note on, and kills the worker, or all, right before the step of the given number
 * or name. What it takes for steps are the notes, what follows each, the renames and links, and the answer.
 */

const { DIE_AT_STEP, DIE_WHO } = process.env;
const { send } = process;
let steps = 0;
let database = false;

function step(name = ''): void {
  steps += 1;
  if (DIE_AT_STEP !== String(steps) && DIE_AT_STEP !== name) return;
  if (DIE_WHO === 'all') process.kill(process.ppid, 'SIGKILL');
  else writeSync(2, 'lost\n');
  process.kill(process.pid, 'SIGKILL');
}

if (DIE_AT_STEP !== undefined && send !== undefined) {
  process.send = ((message: { type: string; kept?: Kept }, ...rest: unknown[]) => {
    if (message.type === 'kept') {
      database = message.kept?.database != null;
      step();
    } else if (message.type === 'finished' && steps > 0) step('answer');
    return Reflect.apply(send, process, [message, ...rest]);
  }) as typeof send;
  process.on('message', ({ type }: { type: string }) => {
    if (type === 'taken') step(database ? 'replacing the database' : '');
  });
  for (const name of ['rename', 'link'] as const) {
    const original = fs[name];
    fs[name] = async (from, to) => {
      if (steps > 0) step();
      return original(from, to);
    };
  }
}
