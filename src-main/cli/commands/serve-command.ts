import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';

/** `serve`: the server host, loaded into this process, so that ending this process ends it. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .summary('serve the window on this machine, for a browser')
    .description('Listens on the loopback address alone and prints the address to open, which works once.')
    .option('--port <port>', 'the port; without it 7411, or the next one that is free')
    .addHelpText('after', '\nExample:\n  snapkeep serve --port 8080')
    .action(async ({ port }: { port?: string }) => {
      const server = join(import.meta.dirname, 'server.cjs');
      process.argv = [process.execPath, server, ...(port === undefined ? [] : ['--port', port])];
      // A bundle of its own that starts when it is loaded: the command line must not know the server host.
      await import(pathToFileURL(server).href);
    });
}
