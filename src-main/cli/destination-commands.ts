import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { Params } from '../../src-shared/contract/methods.ts';
import { S3Provider, type SelfTestReport } from '../../src-shared/model/destination.ts';
import { bytesInWords, countInWords } from '../../src-shared/rules/wording.ts';
import { type CommandContext, json } from './command.ts';
import { EXIT, print, say, UsageError } from './output.ts';
import type { Session } from './session.ts';

type Settings = Params<'destinations.save'>['settings'];
type Secrets = NonNullable<Params<'destinations.save'>['secrets']>;

interface AddOptions {
  folder?: string;
  s3?: string;
  provider: string;
  endpoint?: string;
  region: string;
  prefix?: string;
  accessKeyEnv?: string;
  secretKeyEnv?: string;
  chain?: boolean;
  sftp?: string;
  key?: string;
  passphraseEnv?: string;
  passwordEnv?: string;
  agent?: boolean;
  hostKey?: string;
  trustHostKey?: boolean;
  limit?: number;
  saveAnyway?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Secrets are read from environment variables and kept sealed; they are never given on the command line.

Examples:
  snapkeep destination add nas --folder /mnt/nas/backups
  snapkeep destination add cloud --s3 my-bucket --provider r2 --endpoint https://… --access-key-env KEY_ID --secret-key-env SECRET
  snapkeep destination add host --sftp backup@example.com/srv/backups --key ~/.ssh/id_ed25519 --host-key 'ssh-ed25519 SHA256:…'`;

/** `destination add`, `list`, `test` and `remove`. */
export function addDestinationCommands(program: Command, context: CommandContext): void {
  const destination = program
    .command('destination')
    .summary('add, list, test and remove destinations')
    .description('A destination is where snapshots are kept: a folder, an S3 bucket, or a folder on an SSH server.');

  json(destination.command('add'))
    .summary('add a destination; it is tested first')
    .argument('<name>', 'what it is called')
    .option('--folder <path>', 'a folder of a disk or share')
    .option('--s3 <bucket>', 'a bucket of a server that speaks S3')
    .option('--provider <name>', `${S3Provider.options.join(', ')}`, 'aws')
    .option('--endpoint <url>', 'of the S3 server; AWS needs none')
    .option('--region <name>', 'of the bucket', 'us-east-1')
    .option('--prefix <path>', 'what the names in the bucket begin with')
    .option('--access-key-env <name>', 'the environment variable that holds the access key')
    .option('--secret-key-env <name>', 'the environment variable that holds the secret key')
    .option('--chain', 'take the keys from the environment, profiles and roles, as the AWS tools do')
    .option('--sftp <login>', 'user@host[:port]/path')
    .option('--key <file>', 'the private key that logs in')
    .option('--passphrase-env <name>', 'the environment variable that holds its passphrase')
    .option('--password-env <name>', 'the environment variable that holds the password')
    .option('--agent', 'log in through the SSH agent')
    .option('--host-key <key>', 'the key the host must show, as “ssh-ed25519 SHA256:…”')
    .option('--trust-host-key', 'accept the key the host shows now')
    .option('--limit <bytes>', 'at most so many bytes a second', bytesPerSecond)
    .option('--save-anyway', 'save it even though the test fails')
    .addHelpText('after', EXAMPLES)
    .action((name: string, options: AddOptions) => context(options, (session) => add(session, name, options)));

  json(destination.command('list'))
    .summary('list the destinations')
    .action((options: { json?: boolean }) =>
      context(options, async (session) => {
        const all = await session.call('destinations.list', {});
        const lines = all.map(
          ({ destination: { name }, label, state, reason, snapshotCount, storedBytes }) =>
            `${name}: ${state}. ${reason} ${label}, ${countInWords(snapshotCount, 'snapshot')}, ${bytesInWords(storedBytes)}.`,
        );
        print(options.json === true, all, lines.join('\n') || 'There is no destination yet.');
        return EXIT.done;
      }),
    );

  json(destination.command('test'))
    .summary('write, list, read and delete a small file')
    .argument('<name>', 'name, id or folder')
    .action((given: string, options: { json?: boolean }) =>
      context(options, async (session) => {
        const { id } = (await session.requireDestination(given)).destination;
        const report = await session.call('destinations.test', { destinationId: id });
        print(options.json === true, report, inWords(report));
        return report.passed ? EXIT.done : EXIT.failed;
      }),
    );

  json(destination.command('remove'))
    .summary('forget a destination and its secrets; its files stay')
    .argument('<name>', 'name, id or folder')
    .action((given: string, options: { json?: boolean }) =>
      context(options, async (session) => {
        const { destination: found, label } = await session.requireDestination(given);
        const { snapshotsLeft } = await session.call('destinations.remove', { destinationId: found.id });
        const words = `Forgot ${found.name}; ${countInWords(snapshotsLeft, 'snapshot')} stay in ${label}.`;
        print(options.json === true, { id: found.id, snapshotsLeft }, words);
        return EXIT.done;
      }),
    );
}

async function add(session: Session, name: string, options: AddOptions): Promise<number> {
  const { settings, secrets } = await settingsOf(session, options);
  const anyway = options.saveAnyway === true ? { saveAnyway: true } : {};
  const { destination, report } = await session.call('destinations.save', { name, settings, secrets, ...anyway });
  for (const warning of report.warnings) say(warning);
  if (destination === null) {
    const error = report.steps.find((step) => step.error !== null)?.error;
    throw error == null
      ? new SnapkeepError('INTERNAL', 'The test failed without a reason.', { hint: 'Try again.' })
      : SnapkeepError.fromBody(error);
  }
  print(options.json === true, { ...destination, report }, `Added ${name}. ${inWords(report)}`);
  return EXIT.done;
}

async function settingsOf(session: Session, options: AddOptions): Promise<{ settings: Settings; secrets: Secrets }> {
  const { folder, s3, sftp, limit = null } = options;
  if ([folder, s3, sftp].filter((each) => each !== undefined).length !== 1)
    throw new UsageError('Give one of --folder, --s3 and --sftp.');
  if (folder !== undefined)
    return { settings: { kind: 'folder', path: resolve(folder), bytesPerSecond: limit }, secrets: {} };
  if (s3 !== undefined) return s3Of(s3, options);
  return sftpOf(session, sftp ?? '', options);
}

function s3Of(bucket: string, options: AddOptions): { settings: Settings; secrets: Secrets } {
  const provider = S3Provider.safeParse(options.provider);
  if (!provider.success) throw new UsageError(`“${options.provider}” is not one of ${S3Provider.options.join(', ')}.`);
  const { endpoint = null, region, prefix = '', limit = null, accessKeyEnv, secretKeyEnv } = options;
  const chain = options.chain === true;
  if (!chain && (accessKeyEnv === undefined || secretKeyEnv === undefined))
    throw new UsageError('Give --access-key-env and --secret-key-env, or --chain.');
  const credentials = chain ? ('chain' as const) : ('stored' as const);
  const secrets = chain
    ? {}
    : { accessKeyId: fromEnvironment(accessKeyEnv), secretAccessKey: fromEnvironment(secretKeyEnv) };
  const place = { kind: 's3' as const, provider: provider.data, endpoint, region, bucket, prefix };
  return { settings: { ...place, credentials, bytesPerSecond: limit }, secrets };
}

async function sftpOf(
  session: Session,
  login: string,
  options: AddOptions,
): Promise<{ settings: Settings; secrets: Secrets }> {
  const parts = /^([^@]+)@(\[[^\]]+\]|[^:/]+)(?::(\d+))?(\/.*)$/.exec(login);
  if (parts === null) throw new UsageError('--sftp takes user@host[:port]/path.');
  const [, user = '', host = '', port = '22', path = ''] = parts;
  const place = { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  const hostKey = options.hostKey ?? (await shownKey(session, place, options.trustHostKey === true));
  const { login: way, secrets } = loginOf(options);
  const bytesPerSecond = options.limit ?? null;
  return { settings: { kind: 'sftp', ...place, user, path, login: way, hostKey, bytesPerSecond }, secrets };
}

async function shownKey(session: Session, place: { host: string; port: number }, trust: boolean): Promise<string> {
  const { hostKey } = await session.call('destinations.hostKey', place);
  if (trust) {
    say(`Accepted the key of ${place.host}: ${hostKey}`);
    return hostKey;
  }
  throw new UsageError(
    `${place.host} shows the key ${hostKey}. Compare it with the one it should have, then give it with --host-key, or --trust-host-key.`,
  );
}

type Login = Extract<Settings, { kind: 'sftp' }>['login'];

function loginOf({ key, passphraseEnv, passwordEnv, agent }: AddOptions): { login: Login; secrets: Secrets } {
  if ([key, passwordEnv, agent].filter((each) => each !== undefined).length !== 1)
    throw new UsageError('Give one of --key, --password-env and --agent.');
  if (passwordEnv !== undefined)
    return { login: { kind: 'password' }, secrets: { password: fromEnvironment(passwordEnv) } };
  if (key === undefined) return { login: { kind: 'agent', socket: null }, secrets: {} };
  const secrets = passphraseEnv === undefined ? {} : { passphrase: fromEnvironment(passphraseEnv) };
  return { login: { kind: 'key', path: resolve(key) }, secrets };
}

/** @throws UsageError when there is no such variable; what is in it is never told */
function fromEnvironment(name = ''): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new UsageError(`There is nothing in the environment variable ${name}.`);
  return value;
}

function bytesPerSecond(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1024)
    throw new InvalidArgumentError('It must be a whole number from 1024 on.');
  return value;
}

function inWords({ passed, steps, freeBytes }: SelfTestReport): string {
  const failed = steps.find(({ error }) => error !== null)?.error;
  if (!passed) return `The test failed: ${failed?.message ?? ''} ${failed?.hint ?? ''}`.trim();
  return `The test went well${freeBytes === null ? '' : `; ${bytesInWords(freeBytes)} are free`}.`;
}
