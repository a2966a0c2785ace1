import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import SftpClient from 'ssh2-sftp-client';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { SftpSettings } from '../../../../src-shared/model/destination.ts';
import { trimEndOf } from '../../../../src-shared/words/trimmed.ts';
import { explainedAs } from '../../engine/engine-errors.ts';
import { SftpChannel } from './sftp-channel.ts';
import { explainLogin } from './sftp-errors.ts';

/** What a login needs besides the settings. */
export interface SftpSecrets {
  readonly password?: string;
  readonly passphrase?: string;
}

type ConnectOptions = Parameters<SftpClient['connect']>[0];

/** A login to a server. */
export interface SftpConnection {
  readonly channel: SftpChannel;
  close(): Promise<void>;
}

const CONNECT_MS = 20_000;

/**
 * Logs in, to the pinned host and to no other: nothing secret is sent before its key has been compared.
 * @throws SnapkeepError `CONFLICT` with the key in `details.hostKey` when the host is not pinned or has another key;
 * `BAD_KEY`, `UNAVAILABLE`
 */
export async function connectSftp(settings: SftpSettings, secrets: SftpSecrets): Promise<SftpConnection> {
  const { host, port, user, hostKey } = settings;
  const login = await loginOptions(settings, secrets);
  const socket = await openSocket(host, port);
  let seen: string | undefined;
  let level: string | undefined;
  let channel: SftpChannel | undefined;
  const lose = (error?: unknown): void => channel?.lose(error instanceof Error ? error : new Error('it was closed'));
  const client = new SftpClient('snapkeep', { error: lose, end: lose, close: lose });
  client.on('error', (error: { level?: string }) => {
    level ??= error.level;
    lose(error);
  });
  try {
    const wrapper = await client.connect({
      ...login,
      sock: socket,
      username: user,
      readyTimeout: CONNECT_MS,
      keepaliveInterval: 15_000,
      keepaliveCountMax: 3,
      ...algorithms(hostKey),
      hostVerifier: (key: Buffer) => {
        seen = describeHostKey(key);
        return seen === hostKey;
      },
    });
    channel = new SftpChannel(wrapper);
    return { channel, close: () => endClient(client, socket) };
  } catch (error) {
    socket.destroy();
    if (seen !== undefined && seen !== hostKey) throw otherHostKey(host, hostKey, seen, error);
    if (hostKey !== null && seen === undefined && noCommonKey(error)) throw otherHostKey(host, hostKey, null, error);
    throw explainLogin(error, level, host);
  }
}

/**
 * The key a host shows, for a person to compare before it is pinned. Nobody logs in.
 * @throws SnapkeepError `UNAVAILABLE`
 */
export async function readHostKey({ host, port }: Pick<SftpSettings, 'host' | 'port'>): Promise<string> {
  const settings: SftpSettings = {
    kind: 'sftp',
    host,
    port,
    user: 'nobody',
    path: '.',
    login: { kind: 'password' },
    hostKey: null,
    bytesPerSecond: null,
  };
  try {
    const connection = await connectSftp(settings, {});
    await connection.close();
  } catch (error) {
    const hostKey = error instanceof SnapkeepError ? error.details?.hostKey : undefined;
    if (typeof hostKey === 'string') return hostKey;
    throw error;
  }
  throw new SnapkeepError('UNAVAILABLE', `${host} presented no host key.`, { hint: 'Check that it is an SSH server.' });
}

async function openSocket(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port });
  // SFTP is many small questions: gathered by the system, each would wait for the answer to the one before.
  socket.setNoDelay(true);
  try {
    // The signal is not the socket's own: there it would end the connection after that time, however well it works.
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw explainLogin(error, 'client-socket', host);
  }
}

async function loginOptions({ login, host }: SftpSettings, secrets: SftpSecrets): Promise<ConnectOptions> {
  switch (login.kind) {
    case 'password':
      return { password: secrets.password ?? '' };
    case 'key': {
      const { passphrase } = secrets;
      const privateKey = await readFile(login.path).catch(explainedAs(login.path));
      return { privateKey, ...(passphrase === undefined ? {} : { passphrase }) };
    }
    case 'agent': {
      const agent = login.socket ?? process.env.SSH_AUTH_SOCK;
      if (agent !== undefined) return { agent };
      throw new SnapkeepError('BAD_KEY', `No SSH agent found for the login to ${host}.`, {
        hint: 'Start an agent, or log in with a key file or a password.',
      });
    }
  }
}

/** `type SHA256:…`, the form in which `ssh-keygen -l` shows it, with the type that is to be asked for again. */
function describeHostKey(key: Buffer): string {
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
  return `${type} SHA256:${trimEndOf(createHash('sha256').update(key).digest('base64'), '=')}`;
}

/** A host has several keys; the one that is pinned is asked for. */
function algorithms(hostKey: string | null): Pick<ConnectOptions, 'algorithms'> {
  const type = hostKey?.split(' ')[0];
  switch (type) {
    case 'ssh-rsa':
      return { algorithms: { serverHostKey: ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] } };
    case 'ssh-ed25519':
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return { algorithms: { serverHostKey: [type] } };
    default:
      return {};
  }
}

const noCommonKey = (error: unknown): boolean => error instanceof Error && /host key format/.test(error.message);

function otherHostKey(host: string, pinned: string | null, seen: string | null, cause: unknown): SnapkeepError {
  if (pinned === null && seen !== null) {
    return new SnapkeepError('CONFLICT', `${host} is not trusted yet. It presents the key ${seen}.`, {
      hint: 'Nothing was sent. Compare the key with that of the server, and trust it if they match.',
      details: { hostKey: seen },
      cause,
    });
  }
  return new SnapkeepError('CONFLICT', `The host key of ${host} has changed.`, {
    hint: 'Nothing was sent. This may be a man-in-the-middle attack. Ask the administrator of the server, and trust the new key only if it was changed on purpose.',
    details: { hostKey: seen, pinned },
    cause,
  });
}

async function endClient(client: SftpClient, socket: Socket): Promise<void> {
  try {
    if (!socket.destroyed) await client.end();
  } finally {
    socket.destroy();
  }
}
