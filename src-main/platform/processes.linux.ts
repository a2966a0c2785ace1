import { readFileSync } from 'node:fs';
import type { ProcessFacts } from './processes.ts';

/** The name in parentheses may hold anything, so what follows the last one is read: state, parent, … */
export function describeProcess(pid: number): ProcessFacts {
  const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return { parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') };
}
