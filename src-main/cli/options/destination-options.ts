import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Params } from '../../../src-shared/contract/methods.ts';
import {
  type DestinationSettings,
  S3Provider,
  S3Settings,
  SftpSettings,
} from '../../../src-shared/model/destination.ts';
import { oneOf } from '../command.ts';
import { say, UsageError } from '../output.ts';
import type { Session } from '../session.ts';
import { pathFrom } from './folder-option.ts';
import { secretFromEnvironment } from './secret-from-environment.ts';

type Settings = Params<'destinations.save'>['settings'];
type Secrets = NonNullable<Params<'destinations.save'>['secrets']>;
type Given = { settings: Settings; secrets: Secrets };

/** How a destination is described on the command line. */
export interface DestinationOptions {
  folder?: string;
  s3?: string;
  provider?: S3Provider;
  endpoint?: string;
  region?: string;
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
}

/** The options that say where a destination is and how it is logged in to. */
export function addSettingsOptions(command: Command): Command {
  return command
    .option('--folder <path>', 'folder on a disk or network share')
    .option('--s3 <bucket>', 'bucket on an S3-compatible server')
    .option(
      '--provider <name>',
      `S3 provider: ${S3Provider.options.join(', ')} (default: aws)`,
      oneOf(S3Provider.options),
    )
    .option('--endpoint <url>', 'address of the S3 server (not needed for AWS)')
    .option('--region <name>', 'region of the bucket (default: us-east-1)')
    .option('--prefix <path>', 'prefix of object names in the bucket')
    .option('--access-key-env <name>', 'environment variable with the access key')
    .option('--secret-key-env <name>', 'environment variable with the secret key')
    .option('--chain', 'find the keys as the AWS tools do: environment, profiles, roles')
    .option('--sftp <login>', 'user@host[:port]/path')
    .option('--key <file>', 'private key file for the login')
    .option('--passphrase-env <name>', 'environment variable with the passphrase of the private key')
    .option('--password-env <name>', 'environment variable with the password')
    .option('--agent', 'log in with the SSH agent')
    .option('--host-key <key>', 'expected host key, as “ssh-ed25519 SHA256:…”')
    .option('--trust-host-key', 'trust the key that the host presents now')
    .option('--limit <bytes>', 'maximum transfer rate in bytes per second', bytesPerSecond)
    .option('--save-anyway', 'save even if the test fails');
}

/**
 * The settings of a destination changed as the options say, and the secrets among the options.
 * @throws UsageError for options of another kind of destination
 */
export async function changedSettings(
  session: Session,
  before: DestinationSettings,
  options: DestinationOptions,
): Promise<Given> {
  requireOptionsOf(before.kind, options);
  return changed(session, before, options);
}

async function changed(session: Session, before: DestinationSettings, options: DestinationOptions): Promise<Given> {
  const { settings, secrets } = await changedLocation(session, before, options);
  return { settings: { ...settings, bytesPerSecond: options.limit ?? before.bytesPerSecond }, secrets };
}

function changedLocation(session: Session, before: DestinationSettings, options: DestinationOptions) {
  switch (before.kind) {
    case 'folder':
      return {
        settings: { ...before, path: options.folder === undefined ? before.path : pathFrom(options.folder) },
        secrets: {},
      };
    case 's3':
      return changedS3(before, options);
    case 'sftp':
      return changedSftp(session, before, options);
  }
}

function changedS3(before: S3Settings, options: DestinationOptions) {
  const { accessKeyEnv, secretKeyEnv, chain } = options;
  const given = accessKeyEnv !== undefined || secretKeyEnv !== undefined;
  if (given && chain === true) throw new UsageError('Use --access-key-env and --secret-key-env, or --chain.');
  const credentials = given ? ('stored' as const) : chain === true ? ('chain' as const) : before.credentials;
  const settings = {
    ...before,
    provider: options.provider ?? before.provider,
    endpoint: options.endpoint ?? before.endpoint,
    region: options.region ?? before.region,
    bucket: options.s3 ?? before.bucket,
    prefix: options.prefix ?? before.prefix,
    credentials,
  };
  const secrets = {
    ...(accessKeyEnv === undefined ? {} : { accessKeyId: secretFromEnvironment('--access-key-env', accessKeyEnv) }),
    ...(secretKeyEnv === undefined ? {} : { secretAccessKey: secretFromEnvironment('--secret-key-env', secretKeyEnv) }),
  };
  return { settings, secrets };
}

async function changedSftp(session: Session, before: SftpSettings, options: DestinationOptions) {
  const location = options.sftp === undefined ? before : sftpLocation(options.sftp);
  const { host, port, user, path } = location;
  const moved = host !== before.host || port !== before.port;
  const asked = moved || options.trustHostKey === true;
  const hostKey =
    options.hostKey ??
    (asked ? await shownKey(session, { host, port }, options.trustHostKey === true) : before.hostKey);
  const another = [options.key, options.passwordEnv, options.agent].some((each) => each !== undefined);
  const secrets =
    options.passphraseEnv === undefined
      ? {}
      : { passphrase: secretFromEnvironment('--passphrase-env', options.passphraseEnv) };
  const login = another ? loginOf(options) : { login: before.login, secrets };
  return { settings: { ...before, host, port, user, path, hostKey, login: login.login }, secrets: login.secrets };
}

const OPTIONS_OF: Record<DestinationSettings['kind'], ReadonlyArray<keyof DestinationOptions>> = {
  folder: ['folder'],
  s3: ['s3', 'provider', 'endpoint', 'region', 'prefix', 'accessKeyEnv', 'secretKeyEnv', 'chain'],
  sftp: ['sftp', 'key', 'passphraseEnv', 'passwordEnv', 'agent', 'hostKey', 'trustHostKey'],
};

function requireOptionsOf(kind: DestinationSettings['kind'], options: DestinationOptions): void {
  const others = Object.entries(OPTIONS_OF).flatMap(([of, names]) => (of === kind ? [] : names));
  const wrong = others.find((name) => options[name] !== undefined);
  if (wrong === undefined) return;
  const option = wrong.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${option} does not apply to this destination (kind: ${kind}).`);
}

/** What a new destination begins with. */
const NEW = {
  folder: { kind: 'folder', path: '', bytesPerSecond: null },
  s3: S3Settings.parse({ kind: 's3', provider: 'aws', endpoint: null, region: 'us-east-1', bucket: 'new' }),
  sftp: SftpSettings.parse({ kind: 'sftp', host: 'new', user: 'new', path: '/', login: { kind: 'password' } }),
} as const;

/** The settings and secrets of a new destination. @throws UsageError */
export async function settingsOf(session: Session, options: DestinationOptions): Promise<Given> {
  const { folder, s3, sftp, chain, accessKeyEnv, secretKeyEnv } = options;
  if ([folder, s3, sftp].filter((each) => each !== undefined).length !== 1)
    throw new UsageError('Use one of --folder, --s3 and --sftp.');
  if (folder !== undefined) return changed(session, NEW.folder, options);
  if (sftp !== undefined) {
    loginOf(options);
    return changed(session, NEW.sftp, options);
  }
  if (chain !== true && (accessKeyEnv === undefined || secretKeyEnv === undefined))
    throw new UsageError('Use --access-key-env and --secret-key-env, or --chain.');
  return changed(session, NEW.s3, options);
}

/** @throws UsageError */
function sftpLocation(login: string): { user: string; host: string; port: number; path: string } {
  const parts = /^([^@]+)@(\[[^\]]+\]|[^:/]+)(?::(\d+))?(\/.*)$/.exec(login);
  if (parts === null) throw new UsageError('Invalid value for --sftp. Use user@host[:port]/path.');
  const [, user = '', host = '', port = '22', path = ''] = parts;
  return { user, host: host.replace(/^\[|\]$/g, ''), port: Number(port), path };
}

async function shownKey(
  session: Session,
  { host, port }: { host: string; port: number },
  trust: boolean,
): Promise<string> {
  const { hostKey } = await session.call('destinations.hostKey', { host, port });
  if (trust) {
    say(`Trusted the key of ${host}: ${hostKey}`);
    return hostKey;
  }
  throw new UsageError(
    `${host} presents the key ${hostKey}. Compare it with the key of the server, then use --host-key with it, or --trust-host-key.`,
  );
}

type Login = Extract<Settings, { kind: 'sftp' }>['login'];

function loginOf({ key, passphraseEnv, passwordEnv, agent }: DestinationOptions): { login: Login; secrets: Secrets } {
  if ([key, passwordEnv, agent].filter((each) => each !== undefined).length !== 1)
    throw new UsageError('Use one of --key, --password-env and --agent.');
  if (passwordEnv !== undefined)
    return { login: { kind: 'password' }, secrets: { password: secretFromEnvironment('--password-env', passwordEnv) } };
  if (key === undefined) return { login: { kind: 'agent', socket: null }, secrets: {} };
  const secrets =
    passphraseEnv === undefined ? {} : { passphrase: secretFromEnvironment('--passphrase-env', passphraseEnv) };
  return { login: { kind: 'key', path: resolve(key) }, secrets };
}

function bytesPerSecond(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1024) throw new InvalidArgumentError('Must be a whole number, 1024 or more.');
  return value;
}
