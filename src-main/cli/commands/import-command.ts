import type { Command } from 'commander';
import type { BackupImport, FoundBackups } from '../../../src-shared/model/third-party/import.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { confirm } from '../confirm.ts';
import { addKeyOptions, type KeyOptions, keyOf } from '../options/key-options.ts';
import { EXIT, print, resultOf, say, UsageError } from '../output.ts';
import type { DestinationOrFolder, Session } from '../session.ts';

interface ImportOptions extends KeyOptions {
  otherPrograms?: boolean;
  plan?: string;
  list?: boolean;
  yes?: boolean;
}

/** `import`: lists existing backups that no run of this service made. */
export function addImportCommand(program: Command): void {
  addKeyOptions(json(program.command('import')))
    .summary('import existing backups from a destination or folder')
    .description(
      'Imports snapshots that another service took, by their manifests; without manifests, backups of other programs, by their file names. Imported snapshots can be verified and restored. Retention never counts or removes them, and no file is changed. Exit code 3: some files were refused.',
    )
    .argument('<destination>', 'name of a destination, or path of a folder')
    .option('--other-programs', 'import backups of other programs even if manifests exist')
    .option('--list', 'only list the backups of other programs and their problems')
    .option('--plan <name>', 'only import backups of other programs whose file names match this plan')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep import /var/backups/portunus --list\n  snapkeep import /var/backups/portunus --plan portunus',
    )
    .action(inSession((session, given: string, options: ImportOptions) => importFrom(session, given, options)));
}

async function importFrom(session: Session, given: string, options: ImportOptions): Promise<void> {
  const location = await session.destinationOrFolder(given);
  if (options.list === true) return printListing(await session.call('imports.list', location));
  if (options.otherPrograms !== true && options.plan === undefined) {
    const run = await session.run('destinations.rescan', location);
    const { kind: _kind, ...outcome } = resultOf(run, 'scan');
    const listing = outcome.found > 0 ? undefined : await session.call('imports.list', location);
    if (listing === undefined || listing.files.length === 0) {
      for (const problem of outcome.problems) say(`${problem.name}: ${problem.message}`);
      const words = `Found ${countInWords(outcome.found, 'snapshot')}, ${outcome.added} of them imported; ${outcome.missing} missing.`;
      print(outcome, words);
      return;
    }
  }
  return importBackups(session, location, options);
}

async function importBackups(session: Session, location: DestinationOrFolder, options: ImportOptions): Promise<void> {
  const plan = await planOf(session, options.plan);
  const listing = await session.call('imports.list', location);
  const files = options.plan === undefined ? undefined : await chosenFiles(listing, options.plan, options.yes === true);
  const run = await session.run('imports.start', {
    ...location,
    ...plan,
    ...(files === undefined ? {} : { files }),
    ...(await keyOf(options)),
  });
  const { kind: _kind, ...outcome } = resultOf(run, 'import');
  for (const { path, message } of listing.problems) say(`${path}: ${message}`);
  const refused = outcome.files.some((file) => file.outcome === 'refused');
  print({ ...outcome, problems: listing.problems }, outcomeInWords(outcome), refused ? EXIT.notValid : EXIT.done);
}

/** The backups whose names say exactly this plan. @throws UsageError when there are none, or a person says no */
async function chosenFiles({ files, location }: FoundBackups, plan: string, yes: boolean): Promise<string[]> {
  const importable = files.filter((file) => file.importable);
  const chosen = importable.filter(({ planName }) => planName.toLowerCase() === plan.toLowerCase());
  const others = new Set(importable.filter((file) => !chosen.includes(file)).map(({ planName }) => planName));
  if (others.size > 0) say(`Not imported, because the file names match other plans: ${[...others].join(', ')}.`);
  if (chosen.length === 0) throw new UsageError(`No backup in ${location} matches the plan “${plan}”.`);
  const question = `Import ${countInWords(chosen.length, 'backup')} as snapshots of ${plan}?`;
  await confirm(yes, question, 'Nothing was imported.');
  return chosen.map(({ path }) => path);
}

function outcomeInWords({ files }: BackupImport): string[] {
  const imported = files.filter(({ outcome }) => outcome === 'imported').length;
  const lines = files.map(({ path, outcome, message }) => `${outcome.padEnd(8)} ${path}  ${message}`);
  return [...lines, `Imported ${countInWords(imported, 'snapshot')}; no file was changed.`];
}

function printListing(listing: FoundBackups): void {
  const { location, files, problems, notes, replicas } = listing;
  const lines = files.map(({ at, sizeBytes, kind, program, path, snapshotId }) => {
    const size = (sizeBytes === null ? '' : bytesInWords(sizeBytes)).padStart(9);
    return `${at}  ${size}  ${kind.padEnd(8)} ${(program ?? 'unknown').padEnd(11)} ${path}${snapshotId === null ? '' : '  (known)'}`;
  });
  const wrong = problems.map(({ path, problem, message }) => `${problem.padEnd(10)} ${path}  ${message}`);
  const said = files.flatMap(({ path, notes: own }) => own.map((note) => `${path}: ${note}`));
  for (const note of [...notes, ...said]) say(note);
  for (const replica of replicas) {
    const folder = 'path' in replica ? replica.path : `DESTINATION:${replica.folder}`;
    say(`Litestream replica found. List its points in time with: snapkeep points ${folder}`);
  }
  const summary = `${countInWords(files.length, 'backup')} in ${location}, ${countInWords(problems.length, 'file')} that cannot be used.`;
  print(listing, [...lines, ...wrong, summary]);
}

async function planOf(session: Session, name: string | undefined) {
  if (name === undefined) return {};
  const found = await session.knownPlan(name);
  return found === undefined ? { newPlanName: name } : { planId: found.plan.id };
}
