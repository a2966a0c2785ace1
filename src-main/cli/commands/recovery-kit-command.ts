import { resolve } from 'node:path';
import type { Command } from 'commander';
import { inSession, json } from '../command.ts';
import { print } from '../output.ts';

/** `recovery-kit`. */
export function addRecoveryKitCommand(program: Command): void {
  json(program.command('recovery-kit'))
    .summary('show where snapshots are stored and how to restore them without Snapkeep')
    .description(
      'Prints the recovery kit, or saves it as a printable page and as text. It contains no secrets: write them on the printed page yourself.',
    )
    .option('--output <folder>', 'save it in this folder; existing files are not overwritten')
    .action(
      inSession(async (session, options: { output?: string }) => {
        if (options.output === undefined) {
          const kit = await session.call('recoveryKit.make', {});
          print(kit, kit.text.split('\n'));
          return;
        }
        const saved = await session.call('recoveryKit.save', { folder: resolve(options.output) });
        print(
          saved,
          saved.paths.map((path) => `Saved ${path}`),
        );
      }),
    );
}
