import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, json } from '../command.ts';
import { EXIT, print } from '../output.ts';

/** `recovery-kit`. */
export function addRecoveryKitCommand(program: Command, context: CommandContext): void {
  json(program.command('recovery-kit'))
    .summary('say what is stored where and how to open it without Snapkeep')
    .description(
      'Prints the recovery kit, or saves it as a page to print and as text. No secret is in it: write those manually on the printed page.',
    )
    .option('--output <folder>', 'save it in this folder; nothing there is overwritten')
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
