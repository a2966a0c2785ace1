import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ForeignAdoption, ForeignListing } from '../../src-shared/model/foreign.ts';
import type { RunResult } from '../../src-shared/model/run.ts';
import { bytesInWords, countInWords } from '../../src-shared/rules/wording.ts';
import { type CommandContext, json } from './command.ts';
import { addKeyOptions, type KeyOptions, keyOf } from './key-options.ts';
import { EXIT, errorOf, print, say, UsageError } from './output.ts';
import type { Session } from './session.ts';

interface AdoptOptions extends KeyOptions {
  foreign?: boolean;
  plan?: string;
  underRetention?: boolean;
  list?: boolean;
  json?: boolean;
}

/** `adopt`: takes in snapshots that are there, Snapkeep's own and those of other programs. */
export function addAdoptCommand(program: Command, context: CommandContext): void {
  addKeyOptions(json(program.command('adopt')))
    .summary('enter what is at a destination or in a folder and not known yet')
    .description(
      'Reads the manifests of Snapkeep’s snapshots; where there are none, the backups that other programs have left, by their names. Files are never changed. What other programs have left is kept for good, unless it is put under the retention of a plan. Exit code 3: some files were refused.',
    )
    .argument('<destination>', 'name of a destination, or a folder')
    .option('--foreign', 'the backups of other programs, also where there are manifests')
    .option('--list', 'only say what other programs have left, and what is wrong with it')
    .option('--plan <name>', 'the plan that the backups of other programs are for, there already or not yet')
    .option('--under-retention', 'let the retention of that plan remove them')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep adopt /var/backups/portunus --list\n  snapkeep adopt /var/backups/portunus --plan portunus',
    )
    .action((given: string, options: AdoptOptions) => context(options, (session) => adopt(session, given, options)));
}

async function adopt(session: Session, given: string, options: AdoptOptions): Promise<number> {
  const place = await placeOf(session, given);
  if (options.list === true) return printListing(await session.call('foreign.list', place), options.json === true);
  const foreign = options.foreign === true || options.plan !== undefined || options.underRetention === true;
  if (!foreign) {
    const { kind: _kind, ...outcome } = await readManifests(session, given);
    const listing = outcome.found > 0 ? undefined : await session.call('foreign.list', place);
    if (listing === undefined || listing.files.length === 0) {
      for (const problem of outcome.problems) say(`${problem.name}: ${problem.message}`);
      const words = `Found ${countInWords(outcome.found, 'snapshot')}, ${outcome.added} of them new; ${outcome.missing} missing.`;
      print(options.json === true, outcome, words);
      return EXIT.done;
    }
  }
  return adoptForeign(session, place, options);
}

async function adoptForeign(session: Session, place: Place, options: AdoptOptions): Promise<number> {
  const plan = await planOf(session, options.plan);
  if (options.underRetention === true && !('planId' in plan))
    throw new UsageError('--under-retention needs --plan with a plan that is there.');
  const { problems } = await session.call('foreign.list', place);
  const run = await session.run('foreign.adopt', {
    ...place,
    ...plan,
    ...(await keyOf(options)),
    underRetention: options.underRetention === true,
  });
  if (run.result?.kind !== 'adopt') throw errorOf(run);
  for (const { path, message } of problems) say(`${path}: ${message}`);
  const { kind: _kind, ...outcome } = run.result;
  print(options.json === true, { ...outcome, problems }, outcomeInWords(outcome));
  return outcome.files.some((file) => file.outcome === 'refused') ? EXIT.notValid : EXIT.done;
}

function outcomeInWords({ files }: ForeignAdoption): string {
  const adopted = files.filter(({ outcome }) => outcome === 'adopted').length;
  const lines = files.map(({ path, outcome, message }) => `${outcome.padEnd(8)} ${path}  ${message}`);
  return [...lines, `Entered ${countInWords(adopted, 'snapshot')}; no file was changed.`].join('\n');
}

function printListing(listing: ForeignListing, asJson: boolean): number {
  const { place, files, problems, notes } = listing;
  const lines = files.map(({ at, sizeBytes, kind, program, path, snapshotId }) => {
    const size = (sizeBytes === null ? '' : bytesInWords(sizeBytes)).padStart(9);
    return `${at}  ${size}  ${kind.padEnd(8)} ${(program ?? 'unknown').padEnd(11)} ${path}${snapshotId === null ? '' : '  (entered)'}`;
  });
  const wrong = problems.map(({ path, problem, message }) => `${problem.padEnd(10)} ${path}  ${message}`);
  const said = files.flatMap(({ path, notes: own }) => own.map((note) => `${path}: ${note}`));
  for (const note of [...notes, ...said]) say(note);
  const summary = `${countInWords(files.length, 'backup')} in ${place}, ${countInWords(problems.length, 'file')} that cannot be used.`;
  print(asJson, listing, [...lines, ...wrong, summary].join('\n'));
  return EXIT.done;
}

type Place = { path: string } | { destinationId: string };

async function placeOf(session: Session, given: string): Promise<Place> {
  const found = await session.findDestination(given);
  return found === undefined ? { path: resolve(given) } : { destinationId: found.destination.id };
}

async function planOf(session: Session, name: string | undefined) {
  if (name === undefined) return {};
  const plans = await session.call('plans.list', {});
  const found = plans.find(({ plan }) => plan.id === name || plan.name.toLowerCase() === name.toLowerCase());
  return found === undefined ? { newPlanName: name } : { planId: found.plan.id };
}

/** Reads the manifests at a destination or in a folder into the catalog. */
export async function readManifests(session: Session, given: string): Promise<Extract<RunResult, { kind: 'scan' }>> {
  const run = await session.run('destinations.adopt', await placeOf(session, given));
  if (run.result?.kind !== 'scan') throw errorOf(run);
  return run.result;
}
