import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import type { SnapshotCopy } from '../../../src-shared/model/snapshot.ts';
import { isGood } from '../../../src-shared/rules/verdicts.ts';
import { captureInWords } from '../../../src-shared/words/history-words.ts';
import { verifiedHow } from '../../../src-shared/words/verification-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { inSession, json } from '../command.ts';
import { interruption } from '../interruption.ts';
import { addFormatOptions, type FormatOptions, formatOf } from '../options/format-options.ts';
import { addKeyOptions, type KeyOptions, keyOf } from '../options/key-options.ts';
import { addSourceOptions, PIPE, type SourceOptions, withSource } from '../options/source-options.ts';
import { EXIT, errorOf, print, resultOf, say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';

interface BackupOptions extends KeyOptions, FormatOptions {
  source?: string;
  to?: string;
  output?: string;
  name?: string;
  group?: string;
  verify: boolean;
  json?: boolean;
}

/** `backup` and `verify`. */
export function addBackupCommands(program: Command): void {
  const backup = addKeyOptions(json(program.command('backup')))
    .summary('back up a plan, or any database to a folder')
    .description(
      'Takes a consistent snapshot of a database while other programs write to it, or of files, and verifies it. Of a plan with a history, what has changed is captured too.',
    )
    .argument('[plan]', 'name or id of a plan')
    .option('--source <file>', 'database to back up, instead of a plan')
    .option('--to <folder>', 'destination folder of the snapshot, with --source')
    .option('--name <name>', 'file name of the snapshot')
    .option('--output <->', '“-” writes only the snapshot to standard output');
  addFormatOptions(backup, { format: 'as set in the plan', method: 'as set in the plan', pipes: true })
    .option('--group <name>', 'back up all plans of a group, one after the other')
    .option('--no-verify', 'do not verify the snapshot')
    .addHelpText(
      'after',
      '\nExamples:\n  snapkeep backup hone\n  snapkeep backup --source /var/lib/app/app.db --to /mnt/nas/app --format zst --json\n  snapkeep backup --source app.db --method dump --format none --output - | sqlite3 new.db',
    )
    .action(
      inSession((session, plan: string | undefined, options: BackupOptions) =>
        options.group !== undefined
          ? backUpGroup(session, plan, options.group, options)
          : options.output !== undefined
            ? writeOut(session, plan, options)
            : backUp(session, plan, options),
      ),
    );

  addSourceOptions(json(program.command('verify')))
    .summary('verify a snapshot or backup file')
    .description(
      'Reads and unpacks it, and checks the content in full. Exit code 3: it is not valid, or the database in it needs repair.',
    )
    .argument(
      '<snapshot>',
      'id or name of a snapshot, path of a file, “-” for standard input, or a plan or Litestream replica with --at or --point',
    )
    .addHelpText('after', '\nExample:\n  snapkeep verify ./hone-2026-11-20-020000-k3f9qa.db.gz')
    .action(
      inSession((session, given: string, options: SourceOptions) =>
        withSource(session, given, options, (source) => verify(session, source, options)),
      ),
    );
}

async function verify(session: Session, source: RestoreSource, options: KeyOptions): Promise<void> {
  const run = await session.run('verifications.start', { ...(await keyOf(options)), ...source });
  const { verification } = resultOf(run, 'verify');
  const checks = verification.checks.map((check) => `  ${check.outcome.padEnd(8)}${check.name}: ${check.detail}`);
  print(verification, [verification.message, ...checks], isGood(verification) ? EXIT.done : EXIT.notValid);
}

/** `--output -`: the snapshot alone on standard output, and words on standard error. */
async function writeOut(session: Session, planName: string | undefined, options: BackupOptions): Promise<void> {
  const { output, source, to, name, json: asJson } = options;
  if (output !== PIPE) throw new UsageError('--output accepts only “-”. For a folder, use --to.');
  if (to !== undefined || name !== undefined || asJson === true)
    throw new UsageError('--output - cannot be combined with --to, --name or --json.');
  if ((planName === undefined) === (source === undefined)) throw new UsageError('Specify a plan, or --source.');
  if (process.stdout.isTTY)
    throw new UsageError('Refusing to write a snapshot to the terminal. Pipe the output to a file or program.');
  const { format, ...rest } = options;
  const how = format === 'ltx' ? { ltx: true, ...formatOf(rest) } : formatOf(options);
  const key = await keyOf(options);
  const run = await session.exportToOutput(
    source === undefined
      ? { planId: (await session.findPlan(planName ?? '')).plan.id, ...how }
      : { source: resolve(source), ...key, ...how },
  );
  const { bytes, sha256 } = resultOf(run, 'export');
  say(`Wrote ${bytesInWords(bytes)} (SHA-256 ${sha256}).`);
}

/** Goes on after a plan that fails, and answers the first exit code that tells of one. */
async function backUpGroup(
  session: Session,
  planName: string | undefined,
  group: string,
  options: BackupOptions,
): Promise<void> {
  const { source, to, name, output } = options;
  if ([planName, source, to, name, output].some((given) => given !== undefined))
    throw new UsageError('--group cannot be combined with a plan, --source, --to, --name or --output.');
  const taken: Taken[] = [];
  const codes: number[] = [];
  for (const { plan } of await plansOfGroup(session, group)) {
    // It may have been taken already, at the same instant as another one.
    if (taken.some(({ planId }) => planId === plan.id)) continue;
    try {
      const some = await take(session, plan.name, options);
      for (const { error } of some) if (error !== null && interruption.aborted) throw error;
      taken.push(...some);
    } catch (error) {
      if (!(error instanceof SnapkeepError) || interruption.aborted) throw error;
      say(`${plan.name}: ${error.message}`);
      codes.push(EXIT.failed);
    }
  }
  for (const { error, planName } of taken) if (error !== null) say(`${planName}: ${error.message}`);
  printTaken(taken, (values) => values, codes);
}

async function plansOfGroup(session: Session, group: string): Promise<PlanSummary[]> {
  const plans = (await session.call('plans.list', {})).filter(
    ({ plan }) => plan.group?.toLowerCase() === group.toLowerCase(),
  );
  if (plans.length > 0) return plans;
  throw new SnapkeepError('NOT_FOUND', `No group named “${group}”.`, {
    hint: 'List the groups with: snapkeep plan list --json',
  });
}

async function backUp(session: Session, planName: string | undefined, options: BackupOptions): Promise<void> {
  const taken = await take(session, planName, options);
  printTaken(taken, ([value, ...together]) => (together.length === 0 ? value : { ...value, together }));
  for (const { error } of taken) if (error !== null) throw error;
}

/** @param before exit codes of what failed before; the first one that tells of a failure counts */
function printTaken(
  taken: readonly Taken[],
  toJson: (values: object[]) => unknown,
  before: readonly number[] = [],
): void {
  const stored = taken.flatMap(({ stored }) => stored ?? []);
  const codes = [...before, ...taken.map(({ error, code }) => (error === null ? code : EXIT.failed))];
  print(
    toJson(stored.map(({ value }) => value)),
    stored.map(({ words }) => words).join('\n'),
    codes.find((code) => code !== EXIT.done),
  );
}

/** What came of a backup. */
interface Taken {
  planId: string | null;
  planName: string;
  /** The stored snapshot, as it is printed; `null`: there is none. */
  stored: { value: object; words: string } | null;
  code: number;
  /** What failed, before the snapshot was stored or after, for example an attached file. */
  error: SnapkeepError | null;
}

/** Takes a backup, and those that are taken at the same instant. @throws SnapkeepError when it cannot be started */
async function take(session: Session, planName: string | undefined, options: BackupOptions): Promise<Taken[]> {
  const runs = await session.backUp(await orderOf(session, planName, options));
  const taken: Taken[] = [];
  for (const run of runs) taken.push(await takenBy(session, run));
  return taken;
}

async function takenBy(session: Session, run: Run): Promise<Taken> {
  const of = { planId: run.planId, planName: run.planName ?? run.subject };
  return run.result?.kind === 'capture'
    ? { ...of, ...captured(run.id, of.planName, run.result) }
    : takenByBackup(session, run, of);
}

async function takenByBackup(session: Session, run: Run, of: Pick<Taken, 'planId' | 'planName'>): Promise<Taken> {
  if (run.result?.kind !== 'backup') return { ...of, stored: null, code: EXIT.failed, error: errorOf(run) };
  const { snapshot } = await session.call('snapshots.get', { snapshotId: run.result.snapshotId });
  const { verification, incomplete } = run.result;
  if (snapshot.copies.length > 1 || snapshot.path === null) for (const copy of snapshot.copies) say(copyInWords(copy));
  if (verification !== null) say([verification.message, verifiedHow(verification.level) ?? []].flat());
  if (incomplete !== null) say(`The snapshot is incomplete. ${incomplete}`);
  const stored = snapshot.copies.some(({ state }) => state === 'stored');
  const failed = snapshot.copies.some(({ state }) => state === 'failed');
  return {
    ...of,
    stored: {
      value: { ...snapshot, verification },
      words: `${snapshot.path ?? snapshot.name} (${bytesInWords(snapshot.diskBytes)})`,
    },
    code:
      verification !== null && !isGood(verification)
        ? EXIT.notValid
        : failed || !stored
          ? EXIT.failed
          : incomplete === null
            ? EXIT.done
            : EXIT.incomplete,
    error: verification?.valid === false || run.state === 'succeeded' ? null : errorOf(run),
  };
}

function captured(runId: string, planName: string, { kind: _, ...value }: CaptureResult) {
  const stored = { value: { runId, ...value }, words: `${planName}: ${captureInWords(value)}` };
  return { stored, code: value.waiting === 0 ? EXIT.done : EXIT.tryAgain, error: null };
}

type CaptureResult = Extract<RunResult, { kind: 'capture' }>;

function copyInWords({ destinationName, state, message }: SnapshotCopy): string {
  return `${destinationName}: ${state}${message === null ? '.' : `. ${message}`}`;
}

async function orderOf(session: Session, planName: string | undefined, options: BackupOptions) {
  const name = options.name === undefined ? {} : { name: options.name };
  if (planName !== undefined) {
    if (options.source !== undefined || options.to !== undefined)
      throw new UsageError('Specify either a plan, or --source and --to.');
    if (options.format !== undefined)
      throw new UsageError('--format cannot be combined with a plan: the plan sets the format.');
    const { plan } = await session.findPlan(planName);
    const { key } = await keyOf(options);
    // A plan keeps its key, so that the next backup needs none.
    if (key !== undefined) await session.call('plans.update', { planId: plan.id, key });
    return { planId: plan.id, ...name, ...formatOf(options), ...(options.verify ? {} : { verify: false }) };
  }
  if (options.source === undefined || options.to === undefined)
    throw new UsageError('Specify a plan, or --source and --to.');
  const { source, to, verify } = options;
  return {
    source: resolve(source),
    to: await session.folderOf(to),
    ...name,
    ...formatOf(options),
    verify,
    ...(await keyOf(options)),
  };
}
