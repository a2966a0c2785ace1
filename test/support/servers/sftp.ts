import { type ChildProcess, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { canMount } from '../can-mount.ts';
import { freePorts, killProgram, lacking, listening, startProgram } from './processes.ts';

const SSHD = '/usr/sbin/sshd';
const missing = lacking([SSHD, 'ssh-keygen', 'ssh-agent', 'ssh-add']);
/** Why there is no server for the tests here; `undefined`: there is. */
export const whyNoSftp = missing.length > 0 ? `${missing.join(', ')} not installed` : undefined;

/** A real SSH server on loopback that serves nothing but files: OpenSSH's. */
export interface SftpServer {
  readonly port: number;
  readonly user: string;
  /** The private key that may log in. */
  readonly keyFile: string;
  /** The same key, locked with the passphrase `open sesame`. */
  readonly lockedKeyFile: string;
  /** A private key that nobody knows. */
  readonly strangerKeyFile: string;
  /** The socket of an agent that holds the key. */
  readonly agentSocket: string;
  /** Where files can be put. */
  readonly root: string;
  /** A password that may log in; `undefined`: this process may not lend the server one. */
  readonly password: string | undefined;
  /** The connections break; what is stored stays. */
  kill(): Promise<void>;
  /** @param options `newKey`: the host comes back with another key; `readOnly`: nothing can be written */
  restart(options?: { newKey?: boolean; readOnly?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server in a temporary folder, for whoever runs the tests. */
export async function startSftpServer(): Promise<SftpServer> {
  const folder = mkdtempSync(join(tmpdir(), 'snapkeep-sftp-'));
  const at = (name: string): string => join(folder, name);
  const [port = 0] = await freePorts(1);
  const root = at('root');
  mkdirSync(root);
  // Without this folder of Debian's a server of root's does not start.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const makeKey = (file: string): void => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  };
  for (const name of ['host', 'other-host', 'user', 'stranger']) makeKey(at(name));
  copyFileSync(at('user'), at('locked'));
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', at('locked')]);
  copyFileSync(at('user.pub'), at('authorized_keys'));

  const user = userInfo().username;
  const password = canMount && lacking(['openssl']).length === 0 ? 'correct horse' : undefined;
  if (password !== undefined) {
    const hash = execFileSync('openssl', ['passwd', '-6', password], { encoding: 'utf8' }).trim();
    writeFileSync(at('shadow'), `${user}:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 });
  }

  const agentSocket = at('agent');
  const agent = startProgram('ssh-agent', ['-D', '-a', agentSocket], at('agent.log'));
  const start = async ({ newKey = false, readOnly = false } = {}): Promise<ChildProcess> => {
    writeConfig(at, port, newKey ? at('other-host') : at('host'), readOnly);
    const command = [SSHD, '-D', '-f', at('sshd_config'), '-E', at('log')];
    // A password of the test's own, which this server alone can see.
    const lent = ['unshare', '--mount', 'sh', '-c', `mount --bind "$0" /etc/shadow && exec "$@"`, at('shadow')];
    const [program = '', ...args] = password === undefined ? command : [...lent, ...command];
    const server = startProgram(program, args, at('start.log'));
    await listening(port, server, at('start.log'));
    return server;
  };
  let server = await start();
  execFileSync('ssh-add', ['-q', at('user')], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket } });
  return {
    port,
    user,
    password,
    keyFile: at('user'),
    lockedKeyFile: at('locked'),
    strangerKeyFile: at('stranger'),
    agentSocket,
    root,
    kill: () => killProgram(server),
    restart: async (options) => {
      await killProgram(server);
      server = await start(options);
    },
    stop: async () => {
      await killProgram(server);
      await killProgram(agent);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function writeConfig(at: (name: string) => string, port: number, hostKey: string, readOnly: boolean): void {
  const sftp = `internal-sftp${readOnly ? ' -R' : ''}`;
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    'PidFile none',
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    // The folder is below one that everybody may write to.
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'AllowTcpForwarding no',
    'X11Forwarding no',
    'PermitTTY no',
    `Subsystem sftp ${sftp}`,
    `ForceCommand ${sftp}`,
  ];
  writeFileSync(at('sshd_config'), `${lines.join('\n')}\n`);
}
