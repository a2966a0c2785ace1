import { execFileSync } from 'node:child_process';
import type { ProcessFacts } from './processes.ts';

export function describeProcess(pid: number): ProcessFacts {
  const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
  const [, parent, command = ''] = /^(\d+)\s+(\S.*)$/.exec(line.trim()) ?? [];
  return { parent: Number(parent), command };
}
