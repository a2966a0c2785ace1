// Makes sure the tests have what they need of the machine, and installs it where that can be done without a question.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findBrowser, findTestBrowser } from './find-browser.mjs';
import { installIcuCollations } from './icu-collations.mjs';
import { installLitestream } from './litestream-tools.mjs';

const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** @type {string[]} */
const missing = [];
// Without these, the tests that read what other people's tools have packed or encrypted are skipped, and the benchmark
// of folders has nothing to be measured against.
for (const tool of ['zstd', 'xz', 'pigz', 'sqlcipher', 'age', 'expect', 'rsync', 'strace'])
  if (spawnSync(tool, ['-version']).error !== undefined) missing.push(tool);

/** @type {[string, string][]} */
const toolsOfPackages = [
  ['sqlite3', 'sqlite3'],
  ['sqldiff', 'sqlite3-tools'],
];
for (const [tool, its] of toolsOfPackages) if (spawnSync(tool, ['--help']).error !== undefined) missing.push(its);

// A library of programs whose databases SQLite alone cannot read: it is loaded by the tests, by its file.
if (
  !existsSync('/usr/lib/x86_64-linux-gnu/mod_spatialite.so') &&
  !existsSync('/usr/lib/aarch64-linux-gnu/mod_spatialite.so')
)
  missing.push('libsqlite3-mod-spatialite');

// Nor are those of destinations without the servers they talk to. Where systemd runs, Debian would start what it
// installs, and nobody wants an SSH server because of a test; there they are installed by whoever does.
if (!existsSync('/run/systemd/system')) {
  /** @type {[string, string[]][]} */
  const servers = [
    ['/usr/sbin/sshd', ['openssh-server', 'openssh-client']],
    ['/usr/bin/swift-proxy-server', ['swift-proxy', 'swift-account', 'swift-container', 'swift-object', 'memcached']],
  ];
  for (const [program, packages] of servers) if (!existsSync(program)) missing.push(...packages);
}

install(missing);
// The browser without anything around its pages is by far the faster one, and not every system has it.
if (findTestBrowser() === findBrowser()) install(['chromium-headless-shell']);
if (findTestBrowser() === undefined) install(['chromium']);
installIcuCollations((command, args) => void spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
installLitestream(
  (command, args, env) =>
    void spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } }),
);
if (findTestBrowser() === undefined) {
  process.stderr.write(
    'The tests of the window need a browser. Install Chromium, Chrome or Edge, and run them again.\n',
  );
  process.exit(1);
}

/** @param {readonly string[]} packages none of which is installed when one cannot be had */
function install(packages) {
  if (packages.length === 0 || !canInstall) return;
  process.stderr.write(`Installing ${packages.join(', ')} for the tests …\n`);
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
}
