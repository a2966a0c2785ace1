// Makes sure the tests have a browser: an installed one, or, where packages can be installed without a question, a new one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findBrowser } from './find-browser.mjs';

if (findBrowser() === undefined) {
  const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!canInstall) {
    process.stderr.write(
      'The tests of the window need a browser. Install Chromium, Chrome or Edge, and run them again.\n',
    );
    process.exit(1);
  }
  process.stderr.write('Installing Chromium for the tests of the window …\n');
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
  if (findBrowser() === undefined) {
    process.stderr.write(
      'Chromium could not be installed. Install Chromium, Chrome or Edge, and run the tests again.\n',
    );
    process.exit(1);
  }
}
