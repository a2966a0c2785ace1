import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts, killProgram, listening } from '../../support/servers/processes.ts';

const LISTEN = 'require("node:net").createServer().listen(Number(process.argv[1]), "127.0.0.1")';

test('a server of the tests is taken for started only when it listens itself', async () => {
  const [own = 0, taken = 0] = await freePorts(2);
  const other = createServer().listen(taken, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const program = spawn(process.execPath, ['-e', LISTEN, String(own)], { stdio: 'ignore' });
  onTestFinished(() => killProgram(program));
  await listening(own, program, '/dev/null');
  await expect(listening(taken, program, '/dev/null')).rejects.toThrow('Another program listens on port');
});

test('ports that are chosen together differ', async () => {
  const ports = await freePorts(300);
  expect(new Set(ports).size).toBe(300);
});
