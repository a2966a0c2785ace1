import { relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Params } from '../../../src-shared/contract/methods.ts';
import { StorageMode } from '../../../src-shared/model/history/history-settings.ts';
import { MAX_TIME_LIMIT_MINUTES, type Plan } from '../../../src-shared/model/plan.ts';
import type { Schedule } from '../../../src-shared/model/schedule.ts';
import type { AppliedPart, AppliedTemplate } from '../../../src-shared/model/third-party/template-use.ts';
import { explainError } from '../../core/engine/engine-errors.ts';
import { inSession, json, several } from '../command.ts';
import { type AttachedFileOptions, addAttachedFileOptions, attachedFilesOf } from '../options/attached-file-options.ts';
import { addEncryptionOptions, type EncryptionOptions, encryptionOf } from '../options/encryption-options.ts';
import { addFormatOptions, type FormatOptions, formatOf } from '../options/format-options.ts';
import { addKeyOptions, type KeyOptions, keyOf } from '../options/key-options.ts';
import { addRetentionOptions, type RetentionOptions, retentionOf } from '../options/retention-options.ts';
import { parseSchedule, SCHEDULE_HELP } from '../options/schedule-option.ts';
import { print, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';
import { scheduleFrom } from './old-schedule-command.ts';
import { appliedTemplate } from './template-commands.ts';

interface AddOptions extends RetentionOptions, KeyOptions, EncryptionOptions, AttachedFileOptions, FormatOptions {
  name?: string;
  source?: string;
  to?: string[];
  template?: string;
  folder?: string;
  with?: string[];
  without?: string[];
  location?: string[];
  schedule?: Schedule;
  scheduleFrom?: string;
  timeZone?: string;
  schemaVersion?: string;
  lockFile?: string[];
  timeLimit?: number;
  storage?: StorageMode;
  tag?: string[];
  verify: boolean;
}

const EXAMPLES = `
Examples:
  snapkeep plan add --name hone --source ~/.local/share/hone/hone.db --to /mnt/nas/hone --to cloud --schedule "daily 02:00" --keep-daily 14 --keep-monthly 12
  snapkeep plan add --name config --attached-file main=/etc/app/config.toml --to /mnt/nas/app --schedule on-change --keep-last 5
  snapkeep plan add --template portunus --to /var/backups/portunus`;

/** `plan add`. */
export function addPlanAddCommand(plan: Command): void {
  const command = addAttachedFileOptions(
    addEncryptionOptions(addKeyOptions(addRetentionOptions(json(plan.command('add'))))),
  )
    .summary('add a plan')
    .option('--name <name>', 'name of the plan')
    .option('--source <file>', 'database to back up; without it, the plan backs up only its attached files and images')
    .option('--to <destination>', 'name of a destination, or path of a folder (repeatable)', several)
    .option('--template <name>', 'template name or file that sets what is not given here')
    .option('--folder <folder>', 'folder of the program, for templates that need it')
    .option('--with <part>', 'include this optional part of the template (repeatable)', several)
    .option('--without <part>', 'exclude this part of the template (repeatable)', several)
    .option('--location <part=path>', 'location of a part of the template, if not the usual one (repeatable)', several);
  addFormatOptions(command, { format: 'gz', method: 'online' })
    .option('--schema-version <sql>', 'SQL query that returns the schema version (default: user_version)')
    .option('--lock-file <name>', 'file beside the database to delete with it (repeatable)', several)
    .option('--schedule <when>', SCHEDULE_HELP, parseSchedule)
    .option(
      '--schedule-from <file>',
      'read schedule and retention from a crontab, systemd units or settings, or “-” for standard input',
    )
    .option(
      '--time-zone <name>',
      'time zone of the schedule, for example Europe/Berlin (default: that of this machine)',
    )
    .option('--time-limit <minutes>', 'stop a run that takes longer (default: one day)', parseMinutes)
    .addOption(
      new Option('--storage <what>', 'what is stored: full snapshots, a history of the changes, or both').choices(
        StorageMode.options,
      ),
    )
    .option('--tag <tag>', 'word to find the plan by (repeatable)', several)
    .option('--no-verify', 'do not verify each snapshot')
    .addHelpText('after', EXAMPLES)
    .action(inSession(add));
}

async function add(session: Session, options: AddOptions): Promise<void> {
  const given = await givenOf(options);
  if (options.template !== undefined) return addFromTemplate(session, options.template, options, given);
  const { name, source, to } = options;
  const sourcePath = source === undefined ? given.attachedFiles?.[0]?.path : resolve(source);
  if (name === undefined || sourcePath === undefined || to === undefined)
    throw new UsageError('Use --name, --to and --source (for files alone: --attached-file or --image), or --template.');
  const made = await session.call('plans.create', {
    name,
    sourceKind: source === undefined ? 'files' : 'database',
    sourcePath,
    destinations: await chosenDestinations(session, to),
    ...given,
    ...(await keyOf(options)),
  });
  if (made.sourceKind === 'database') await sayWarnings(session, made.sourcePath);
  return printPlans(session, [made]);
}

/** Prints what is unsafe about the location of a database. The plan exists by now, so an error of the check only adds a line. */
async function sayWarnings(session: Session, path: string): Promise<void> {
  try {
    for (const warning of (await session.call('sources.describe', { path })).warnings) say(warning);
  } catch (error) {
    say(explainError(error, path).message);
  }
}

/** @throws UsageError */
function parseMinutes(given: string): number {
  const minutes = Number(given);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MAX_TIME_LIMIT_MINUTES) return minutes;
  throw new UsageError(`--time-limit must be a whole number of minutes from 1 to ${MAX_TIME_LIMIT_MINUTES}.`);
}

type Given = Omit<Partial<Params<'plans.create'>>, 'name' | 'sourceKind' | 'sourcePath' | 'destinations' | 'key'>;

/** What was said on the command line, and nothing else. */
async function givenOf(options: AddOptions): Promise<Given> {
  if (options.schedule !== undefined && options.scheduleFrom !== undefined)
    throw new UsageError('Use either --schedule or --schedule-from.');
  const old = options.scheduleFrom === undefined ? undefined : await scheduleFrom(options.scheduleFrom);
  const retention = retentionOf(options) ?? old?.facts.retention ?? undefined;
  const schedule = options.schedule ?? old?.schedule;
  const timeZone = options.timeZone ?? old?.timeZone ?? undefined;
  return {
    verifyAfterBackup: options.verify,
    ...encryptionOf(options),
    ...attachedFilesOf(options),
    ...formatOf(options),
    ...(options.schemaVersion === undefined ? {} : { schemaVersion: { sql: options.schemaVersion } }),
    ...(options.lockFile === undefined ? {} : { lockFiles: options.lockFile }),
    ...(options.timeLimit === undefined ? {} : { timeLimitMinutes: options.timeLimit }),
    ...(options.storage === undefined ? {} : { history: { storage: options.storage } }),
    ...(options.tag === undefined ? {} : { tags: options.tag }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(retention === undefined ? {} : { retention }),
  };
}

/** Makes the plans of a template that are not optional, and those that were asked for. */
async function addFromTemplate(session: Session, template: string, options: AddOptions, given: Given): Promise<void> {
  const applied = await appliedTemplate(session, template, options);
  for (const sentence of applied.sentences) say(sentence);
  const wanted = new Set(options.with ?? []);
  const unwanted = new Set(options.without ?? []);
  const unknown = [...wanted, ...unwanted].find((id) => !applied.parts.some((part) => part.id === id));
  if (unknown !== undefined)
    throw new UsageError(
      `${applied.name} has no part “${unknown}”. Available: ${applied.parts.map(({ id }) => id).join(', ')}.`,
    );
  const parts = applied.parts.filter(({ id, optional }) => !unwanted.has(id) && (!optional || wanted.has(id)));
  if (parts.length !== 1 && (options.name !== undefined || given.attachedFiles !== undefined))
    throw new UsageError(
      `${applied.name} adds ${parts.length} plans: --name and --attached-file apply only to a template with one plan.`,
    );
  const orders = [];
  for (const part of parts) orders.push(await orderOf(session, applied, part, options, given));
  const made: Plan[] = [];
  for (const order of orders) {
    const plan = await session.call('plans.create', order);
    if (plan.sourceKind === 'database') await sayWarnings(session, plan.sourcePath);
    made.push(plan);
  }
  return printPlans(session, made);
}

/** What the plan of a part would be. Nothing is made yet, so that a group is made whole or not at all. */
async function orderOf(
  session: Session,
  applied: AppliedTemplate,
  part: AppliedPart,
  options: AddOptions,
  given: Given,
): Promise<Params<'plans.create'>> {
  const { destinationPath, keyVariable, sourcePath, ...rest } = part.draft;
  for (const sentence of part.leftOut) say(`Left out: ${sentence}`);
  if (sourcePath === null) {
    const locations = part.locations.map(({ path }) => path).join(', ');
    const folder = applied.folder === null ? '' : `, or --folder with ${applied.folder}`;
    const alone = applied.parts.filter(({ optional }) => !optional).length === 1;
    throw new UsageError(
      `${part.name} not found in its usual locations (${locations || 'none on this system'}). Use ${alone ? '--source' : `--location ${part.id}=… or --without ${part.id}`}${folder}.`,
    );
  }
  const suggested = destinationPath === null ? undefined : [destinationPath];
  const to = options.to ?? suggested;
  if (to === undefined)
    throw new UsageError('The template has no default folder for snapshots on this system. Use --to.');
  const ofFiles = rest.sourceKind === 'files';
  return {
    ...rest,
    ...(ofFiles ? withoutDatabase(given) : given),
    name: options.name ?? rest.name,
    sourcePath,
    destinations: await chosenDestinations(session, to, options.to === undefined ? '' : below(applied, part)),
    ...(ofFiles ? {} : await keyFor(session, sourcePath, keyVariable, options)),
  };
}

/** What is said of the database of a group is for that one alone. */
function withoutDatabase({ method: _method, schemaVersion: _version, lockFiles: _locks, ...rest }: Given): Given {
  return rest;
}

/** The key that was given; or the program's own variable, where it is set and the database is encrypted. */
async function keyFor(session: Session, source: string, keyVariable: string | null, options: AddOptions) {
  const given = await keyOf(options);
  if (given.key !== undefined || keyVariable === null || !process.env[keyVariable]) return given;
  const { databaseEncryption } = await session.call('sources.describe', { path: source });
  return databaseEncryption === null ? {} : { key: { environment: keyVariable } };
}

async function printPlans(session: Session, made: readonly Plan[]): Promise<void> {
  const [first, ...more] = made;
  const words = [];
  for (const { id, name } of made) {
    const { schedule } = await session.call('plans.get', { planId: id });
    words.push(
      `Added plan ${name}. Schedule: ${schedule.words}.`,
      `Back up now with: snapkeep backup ${JSON.stringify(name)}`,
    );
  }
  print(more.length === 0 ? first : made, words);
}

/** The folder that the snapshots of a part go into, below the one for all. */
function below({ destinations }: AppliedTemplate, { draft }: AppliedPart): string {
  const [all] = destinations;
  return all === undefined || draft.destinationPath === null ? '' : relative(all.path, draft.destinationPath);
}

/** Destinations that are known by name, and folders, which become some. @param subfolder where in such a folder */
async function chosenDestinations(session: Session, given: readonly string[], subfolder = '') {
  const chosen = [];
  for (const each of given) chosen.push(await session.destinationOrFolder(each, subfolder));
  return chosen;
}
