import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, json } from '../command.ts';
import { EXIT, print } from '../output.ts';

/** `recovery-kit`. */
export function addRecoveryKitCommand(program: Command, context: CommandContext): void {
  json(program.command('recovery-kit'))
    .summary('show where snapshots are stored and how to restore them without Snapkeep')
    .description(
      'Prints the recovery kit, or saves it as a printable page and as text. It contains no secrets: write them on the printed page yourself.',
    )
    .option('--output <folder>', 'save it in this folder; existing files are not overwritten')
    .action((options: { output?: string; json?: boolean }) =>
      context(options, async (session) => {
        if (options.output === undefined) {
          const kit = await session.call('recoveryKit.make', {});
          print(options.json === true, kit, kit.text.split('\n'));
          return EXIT.done;
        }
        const saved = await session.call('recoveryKit.save', { folder: resolve(options.output) });
        print(
          options.json === true,
          saved,
          saved.paths.map((path) => `Saved ${path}`),
        );
        return EXIT.done;
      }),
    );
}
