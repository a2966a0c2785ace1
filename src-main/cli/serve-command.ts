import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';

/** `serve`: the server host, as a process of its own, for this one must not know it. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .summary('serve the window on this machine, for a browser')
    .description('Listens on the loopback address alone and prints the address to open.')
    .option('--port <port>', 'the port; without it 7411, or the next one that is free')
    .addHelpText('after', '\nExample:\n  snapkeep serve --port 8080')
    .action(({ port }: { port?: string }) => {
      const server = spawn(
        process.execPath,
        [join(import.meta.dirname, 'server.cjs'), ...(port === undefined ? [] : ['--port', port])],
        { stdio: 'inherit' },
      );
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));
      server.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
    });
}
