import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Result } from '../../../src-shared/contract/methods.ts';
import type { FoundDatabase, FoundState } from '../../../src-shared/model/found-database.ts';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import {
  foundCountsInWords,
  foundStateInWords,
  unreadInWords,
} from '../../../src-shared/words/found-database-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json, several } from '../command.ts';
import { confirm } from '../confirm.ts';
import { EXIT, linesOr, print, resultOf, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';

interface FindOptions {
  all?: boolean;
  ignore?: string[];
  unignore?: string[];
  addPlans?: boolean;
  to?: string[];
  yes?: boolean;
}

const ALL: FoundState[] = ['no-plan', 'planned', 'ignored', 'folded'];
/** The longest page of a list. */
const MOST_ON_A_PAGE = 500;

/** `find`: databases of programs, and which of them have no plan. */
export function addFindCommand(program: Command): void {
  json(program.command('find'))
    .summary('find databases of programs on this machine')
    .description(
      'Searches the folders where programs keep data, files that programs have open, volumes of containers and the locations of templates for databases, and lists those without a plan. Files are known by their first bytes; nothing is opened for writing. Network shares and symbolic links are skipped.',
    )
    .argument('[folders...]', 'folders to search instead')
    .option('--all', 'also list databases with a plan, ignored ones, and caches')
    .option('--ignore <file>', 'do not list this found database again, and do not search (repeatable)', several)
    .option('--unignore <file>', 'list this ignored database again, and do not search (repeatable)', several)
    .option('--add-plans', 'add a plan for each listed database without one: daily, with the usual retention')
    .option('--to <destination>', 'name of a destination, or path of a folder, for --add-plans (repeatable)', several)
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep find\n  snapkeep find /srv /mnt/data --all\n  snapkeep find --add-plans --to /mnt/nas/backups',
    )
    .action(inSession((session, folders: string[], options: FindOptions) => find(session, folders, options)));
}

async function find(session: Session, folders: string[], options: FindOptions): Promise<void> {
  const { ignore = [], unignore = [], addPlans = false, to } = options;
  if (addPlans !== (to !== undefined)) throw new UsageError('Use --add-plans and --to together.');
  if (ignore.length + unignore.length > 0) {
    if (folders.length > 0 || addPlans)
      throw new UsageError('Use --ignore and --unignore without folders and without --add-plans.');
    return setIgnored(session, ignore, unignore);
  }
  const chosen = folders.length === 0 ? {} : { folders: folders.map((folder) => resolve(folder)) };
  const run = await session.run('databases.find', chosen);
  const { report, counts } = resultOf(run, 'find');
  for (const sentence of unreadInWords(report)) say(sentence);
  const all = await listed(session, run.id, options.all === true ? ALL : ['no-plan']);
  if (to !== undefined) return addPlansFor(session, all, to, options.yes === true);
  const lines = all.map((each) => line(each, options.all === true));
  const more =
    options.all === true || counts.planned + counts.ignored + counts.folded === 0 ? '' : ' Use --all to list them.';
  print({ report, counts, databases: all }, [...lines, foundCountsInWords(counts) + more]);
}

async function listed(session: Session, runId: string, states: FoundState[]): Promise<FoundDatabase[]> {
  const all: FoundDatabase[] = [];
  for (;;) {
    const last = all.at(-1);
    const after = last === undefined ? {} : { after: last.path };
    const page = await session.call('databases.listFound', { runId, states, ...after, limit: MOST_ON_A_PAGE });
    all.push(...page.databases);
    if (page.databases.length < MOST_ON_A_PAGE) return all;
  }
}

function line(found: FoundDatabase, withState: boolean): string {
  const { path, program, sizeBytes, walBytes, encryption, openBy } = found;
  const notes = [
    ...new Set(openBy.map(({ name }) => `open in ${name}`)),
    encryption === 'possible' ? 'may be encrypted' : '',
    withState ? foundStateInWords(found) : '',
  ].filter((note) => note !== '');
  const size = bytesInWords(sizeBytes + walBytes).padStart(9);
  return `${size}  ${(program ?? '').padEnd(18)} ${nameInWords(path)}${notes.length === 0 ? '' : `  (${notes.join(', ')})`}`;
}

async function setIgnored(session: Session, ignore: string[], unignore: string[]): Promise<void> {
  const [ignored, listedAgain] = [ignore, unignore].map((paths) => paths.map((path) => resolve(path)));
  if (ignored !== undefined && ignored.length > 0)
    await session.call('databases.ignore', { paths: ignored, ignored: true });
  if (listedAgain !== undefined && listedAgain.length > 0)
    await session.call('databases.ignore', { paths: listedAgain, ignored: false });
  print({ ignored, listedAgain }, [
    ...(ignored ?? []).map((path) => `Ignored ${path}.`),
    ...(listedAgain ?? []).map((path) => `${path} is listed again.`),
  ]);
}

type Added = Result<'databases.createPlans'>;

async function addPlansFor(session: Session, all: FoundDatabase[], to: string[], yes: boolean): Promise<void> {
  const paths = all.filter(({ state }) => state === 'no-plan').map(({ path }) => path);
  for (const each of all) say(line(each, false));
  const added: Added = { plans: [], failed: [] };
  if (paths.length > 0) {
    await confirm(yes, `Add ${countInWords(paths.length, 'plan')}?`, 'No plan was added.');
    const destinations = [];
    for (const each of to) destinations.push(await session.destinationOrFolder(each));
    for (let at = 0; at < paths.length; at += MOST_ON_A_PAGE) {
      const some = paths.slice(at, at + MOST_ON_A_PAGE);
      const { plans, failed } = await session.call('databases.createPlans', { paths: some, destinations });
      added.plans.push(...plans);
      added.failed.push(...failed);
    }
  }
  const words = added.plans.map(({ name, sourcePath }) => `Added plan ${name}: ${sourcePath}`);
  for (const { message, hint } of added.failed) say(hint === undefined ? [message] : [message, hint]);
  print(added, linesOr(words, 'No plan was added.'), added.failed.length > 0 ? EXIT.failed : EXIT.done);
}
