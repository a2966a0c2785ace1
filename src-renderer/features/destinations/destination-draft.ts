import {
  type DestinationSecretsInput,
  DestinationSettings,
  type DestinationSummary,
  type S3Provider,
  type S3Settings,
  type SftpSettings,
} from '../../../src-shared/model/destination.ts';
import { fillPreset, S3_PRESETS } from '../../../src-shared/rules/s3-providers.ts';

/** A bucket as it is typed. */
export interface S3Draft {
  provider: S3Provider;
  endpoint: string;
  account: string;
  region: string;
  bucket: string;
  prefix: string;
  pathStyle: boolean;
  encryption: 'none' | 's3' | 'kms';
  /** Empty: the default key of the account. */
  kmsKeyId: string;
  objectLock: S3Settings['objectLock'];
  credentials: 'stored' | 'chain';
}

/** A server as it is typed. */
export interface SftpDraft {
  host: string;
  port: number;
  user: string;
  path: string;
  login: SftpSettings['login']['kind'];
  keyPath: string;
  /** Empty: the agent of SSH_AUTH_SOCK. */
  agentSocket: string;
  hostKey: string | null;
}

/** The secrets that a destination can have. */
export type SecretField = keyof DestinationSecretsInput;

/** A destination as it is typed, of every kind at once, so that changing the kind loses nothing. */
export interface DestinationDraft {
  /** `null`: the suggested one. */
  name: string | null;
  kind: DestinationSettings['kind'];
  path: string;
  s3: S3Draft;
  sftp: SftpDraft;
  /** Megabytes a second; `null`: as fast as it goes. */
  limit: number | null;
  /** The secrets that have been typed. */
  secrets: Partial<Record<SecretField, string>>;
  /** The names of the secrets that are saved. */
  known: readonly string[];
}

const EMPTY: DestinationDraft = {
  name: null,
  kind: 'folder',
  path: '',
  s3: {
    provider: 'aws',
    endpoint: '',
    account: '',
    region: S3_PRESETS.aws.region,
    bucket: '',
    prefix: '',
    pathStyle: S3_PRESETS.aws.pathStyle,
    encryption: 'none',
    kmsKeyId: '',
    objectLock: null,
    credentials: 'stored',
  },
  sftp: {
    host: '',
    port: 22,
    user: '',
    path: '',
    login: 'key',
    keyPath: '',
    agentSocket: '',
    hostKey: null,
  },
  limit: null,
  secrets: {},
  known: [],
};

const MEGABYTE = 1_000_000;

/** Returns what the form begins with: an empty draft, or a destination to edit. */
export function draftOf(summary: DestinationSummary | null): DestinationDraft {
  if (summary === null) return EMPTY;
  const { name, settings } = summary.destination;
  const draft = {
    ...EMPTY,
    name,
    kind: settings.kind,
    limit: settings.bytesPerSecond === null ? null : settings.bytesPerSecond / MEGABYTE,
    known: summary.secretsKnown,
  };
  if (settings.kind === 'folder') return { ...draft, path: settings.path };
  if (settings.kind === 's3') {
    const { provider, endpoint, region, bucket, prefix, pathStyle, encryption, objectLock, credentials } = settings;
    const s3 = { provider, region, bucket, prefix, pathStyle, objectLock, credentials, encryption: encryption.kind };
    const kmsKeyId = encryption.kind === 'kms' ? (encryption.keyId ?? '') : '';
    return { ...draft, s3: { ...s3, ...presetAnswers(provider, endpoint), kmsKeyId } };
  }
  const { host, port, user, path, login, hostKey } = settings;
  const keyPath = login.kind === 'key' ? login.path : '';
  const agentSocket = login.kind === 'agent' ? (login.socket ?? '') : '';
  return { ...draft, sftp: { host, port, user, path, login: login.kind, keyPath, agentSocket, hostKey } };
}

/** Returns the draft with another provider and its preset. */
export function withProvider(draft: S3Draft, provider: S3Provider): S3Draft {
  const { region, pathStyle, objectLock } = S3_PRESETS[provider];
  return { ...draft, provider, region, pathStyle, objectLock: objectLock ? draft.objectLock : null };
}

/** Returns the account in an endpoint, or the endpoint itself. */
function presetAnswers(provider: S3Provider, endpoint: string | null): Pick<S3Draft, 'endpoint' | 'account'> {
  const pattern = S3_PRESETS[provider].endpoint;
  if (endpoint === null || pattern === null || !pattern.includes('{account}'))
    return { endpoint: endpoint ?? '', account: '' };
  const [before = '', after = ''] = pattern.split('{account}');
  const fits = endpoint.startsWith(before) && endpoint.endsWith(after);
  return { endpoint, account: fits ? endpoint.slice(before.length, endpoint.length - after.length) : '' };
}

/** Returns the endpoint of a draft; `null`: the default of the region, or not entered yet. */
export function endpointOf(draft: S3Draft): string | null {
  return fillPreset(draft.provider, draft)?.endpoint ?? null;
}

/** Returns a name from the folder, the bucket or the host. */
export function suggestedName({ kind, path, s3, sftp }: DestinationDraft): string {
  if (kind === 's3') return s3.bucket.trim();
  if (kind === 'sftp') return sftp.host.trim();
  return path.trim().split(/[/\\]/).filter(Boolean).at(-1) ?? '';
}

/** The paths of the fields of the form. */
type Field = 'name' | 'path' | `s3.${keyof S3Draft}` | `sftp.${keyof SftpDraft}` | `secrets.${SecretField}`;

/** What is wrong with a field; a missing value is reported only after an attempt to save. */
export interface Problem {
  message: string;
  missing: boolean;
}

/**
 * Returns the messages of a form, by the path of the field.
 * @param tried whether it was to be saved already: what is missing is not reported before
 */
export function messagesOf(draft: DestinationDraft, tried: boolean): Record<string, string> {
  const reported = Object.entries(problemsOf(draft)).filter(([, { missing }]) => tried || !missing);
  return Object.fromEntries(reported.map(([field, { message }]) => [field, message]));
}

/** Returns what is wrong with a draft, by field; empty: it can be saved. */
export function problemsOf(draft: DestinationDraft): Partial<Record<Field, Problem>> {
  const problems: Partial<Record<Field, Problem>> = {};
  const need = (field: Field, value: string, message: string): void => {
    if (value.trim() === '') problems[field] = { message, missing: true };
  };
  need('name', draft.name ?? suggestedName(draft), 'Enter a name.');
  if (draft.kind === 'folder') need('path', draft.path, 'Choose a folder.');
  if (draft.kind === 's3') findS3Problems(draft, problems, need);
  if (draft.kind === 'sftp') findSftpProblems(draft, problems, need);
  return problems;
}

type Problems = Partial<Record<Field, Problem>>;
type Need = (field: Field, value: string, message: string) => void;

function findS3Problems({ s3, secrets, known }: DestinationDraft, problems: Problems, need: Need): void {
  const { asks, accountLabel } = S3_PRESETS[s3.provider];
  const wrong = (field: Field, message: string): void => {
    problems[field] = { message, missing: false };
  };
  if (asks.includes('endpoint')) {
    need('s3.endpoint', s3.endpoint, 'Enter the endpoint URL.');
    if (s3.endpoint.trim() !== '' && !isWebAddress(s3.endpoint))
      wrong('s3.endpoint', 'The endpoint URL must begin with https:// or http://.');
  }
  if (asks.includes('account')) {
    need('s3.account', s3.account, `Enter the ${accountLabel?.toLowerCase() ?? 'account'}.`);
    if (s3.account.trim() !== '' && !/^[\w-]+$/.test(s3.account.trim()))
      wrong('s3.account', 'Use only letters, digits and hyphens.');
  }
  need('s3.bucket', s3.bucket, 'Enter the bucket name.');
  if (s3.bucket.trim() !== '' && !/^[\w.-]{3,63}$/.test(s3.bucket.trim()))
    wrong('s3.bucket', 'Use 3 to 63 letters, digits, dots and hyphens.');
  if (s3.credentials === 'chain') return;
  for (const [field, words] of [
    ['accessKeyId', 'access key'],
    ['secretAccessKey', 'secret key'],
  ] as const)
    if (!known.includes(field)) need(`secrets.${field}`, secrets[field] ?? '', `Enter the ${words}.`);
}

function findSftpProblems({ sftp, secrets, known }: DestinationDraft, problems: Problems, need: Need): void {
  need('sftp.host', sftp.host, 'Enter the host name or IP address.');
  need('sftp.user', sftp.user, 'Enter the user name.');
  need('sftp.path', sftp.path, 'Enter the folder on the server.');
  if (sftp.login === 'key') need('sftp.keyPath', sftp.keyPath, 'Choose the private key file.');
  if (sftp.login === 'password' && !known.includes('password'))
    need('secrets.password', secrets.password ?? '', 'Enter the password.');
  if (sftp.hostKey === null)
    problems['sftp.hostKey'] = {
      message: 'Show the host key, compare it with the server’s, and trust it.',
      missing: true,
    };
}

/** Returns the settings that a draft without problems describes. */
export function settingsOf(draft: DestinationDraft): DestinationSettings {
  const bytesPerSecond = draft.limit === null ? null : Math.max(1024, Math.round(draft.limit * MEGABYTE));
  if (draft.kind === 'folder')
    return DestinationSettings.parse({ kind: 'folder', path: draft.path.trim(), bytesPerSecond });
  if (draft.kind === 'sftp') {
    const { host, port, user, path, hostKey } = draft.sftp;
    return DestinationSettings.parse({
      kind: 'sftp',
      host,
      port,
      user,
      path: path.trim(),
      login: loginOf(draft.sftp),
      hostKey,
      bytesPerSecond,
    });
  }
  const { provider, bucket, prefix, pathStyle, kmsKeyId, objectLock, credentials } = draft.s3;
  const encryption =
    draft.s3.encryption === 'kms'
      ? { kind: 'kms', keyId: kmsKeyId.trim() === '' ? null : kmsKeyId.trim() }
      : { kind: draft.s3.encryption };
  return DestinationSettings.parse({
    kind: 's3',
    provider,
    ...fillPreset(provider, draft.s3),
    bucket,
    prefix,
    pathStyle,
    encryption,
    objectLock,
    credentials,
    bytesPerSecond,
  });
}

function loginOf({ login, keyPath, agentSocket }: SftpDraft): SftpSettings['login'] {
  if (login === 'key') return { kind: 'key', path: keyPath.trim() };
  if (login === 'agent') return { kind: 'agent', socket: agentSocket.trim() === '' ? null : agentSocket.trim() };
  return { kind: 'password' };
}

/** Returns the typed secrets that belong to the saved settings. */
export function secretsOf({ kind, s3, sftp, secrets }: DestinationDraft): DestinationSecretsInput {
  const wanted: SecretField[] =
    kind === 's3' && s3.credentials === 'stored'
      ? ['accessKeyId', 'secretAccessKey']
      : kind === 'sftp' && sftp.login === 'password'
        ? ['password']
        : kind === 'sftp' && sftp.login === 'key'
          ? ['passphrase']
          : [];
  return Object.fromEntries(wanted.filter((name) => (secrets[name] ?? '') !== '').map((name) => [name, secrets[name]]));
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text.trim());
  return url !== null && /^https?:$/.test(url.protocol);
}
