import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';

/** `serve`: the server host, loaded into this process, so that ending this process ends it. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .summary('start the web interface on this machine')
    .description('Listens on localhost only, and prints an address to open that works once.')
    .option('--port <port>', 'port (default: 7411, or the next free one)')
    .addHelpText('after', '\nExample:\n  snapkeep serve --port 8080')
    .action(async ({ port }: { port?: string }) => {
      const server = join(import.meta.dirname, 'server.cjs');
      process.argv = [process.execPath, server, ...(port === undefined ? [] : ['--port', port])];
      // A separate bundle that starts when it is loaded: the command line must not know the server host.
      await import(pathToFileURL(server).href);
    });
}
