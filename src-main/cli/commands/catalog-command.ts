import type { Command } from 'commander';
import { timeInWords } from '../../core/catalog/damaged-catalog.ts';
import { type RestoredCatalog, restoreCatalog } from '../../core/catalog/restore-catalog.ts';
import { defaultDataFolder } from '../../core/process/default-data-folder.ts';
import { concluding, json } from '../command.ts';
import { confirm } from '../confirm.ts';
import { print } from '../output.ts';

interface CatalogRestoreOptions {
  empty?: boolean;
  yes?: boolean;
}

/** `catalog restore`: replaces a catalog that is damaged, so that no session can be opened. */
export function addCatalogCommand(program: Command): void {
  const catalog = program.command('catalog').summary('restore the damaged catalog of plans and runs');
  json(catalog.command('restore'))
    .summary('replace a damaged catalog with its last automatic copy')
    .description(
      'Replaces a damaged catalog.db with its most recent intact automatic copy. The damaged file is kept beside it. Import snapshots that are newer than the copy with: snapkeep import <destination>.',
    )
    .option('--empty', 'start with an empty catalog; then recover the plans with: snapkeep recover <destination>')
    .option('--yes', 'skip the confirmation')
    .addHelpText('after', '\nExample:\n  snapkeep catalog restore')
    .action(concluding(restore));
}

async function restore({ empty = false, yes = false }: CatalogRestoreOptions): Promise<void> {
  const folder = defaultDataFolder();
  const what = empty ? 'an empty catalog' : 'its most recent automatic copy';
  await confirm(yes, `Replace the damaged catalog in ${folder} with ${what}?`, 'Nothing was replaced.');
  const restored = await restoreCatalog(folder, 'cli', empty ? 'empty' : 'copy');
  print(restored, inWords(restored));
}

function inWords({ keptAt, copyOf }: RestoredCatalog): string[] {
  const kept = keptAt === null ? [] : [`The damaged catalog is kept at ${keptAt}.`];
  if (copyOf === null)
    return ['The catalog is empty.', ...kept, 'Recover the plans with: snapkeep recover <destination>.'];
  const since = 'Import newer snapshots with: snapkeep import <destination>.';
  return [`The catalog was restored from its copy of ${timeInWords(copyOf)}.`, ...kept, since];
}
