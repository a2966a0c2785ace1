// Where the tests find Litestream and the tool of its file format, which no package of the system has.
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const LITESTREAM_VERSION = '0.5.18';
const LTX_VERSION = '0.5.3';

const folder = join(homedir(), '.cache', 'snapkeep-tests', `litestream-${LITESTREAM_VERSION}`);
export const LITESTREAM = join(folder, 'litestream');
export const LTX = join(folder, 'ltx');

/** Why the tests have no Litestream here; `undefined`: they have. */
export const whyNoLitestream = () =>
  existsSync(LITESTREAM) && existsSync(LTX)
    ? undefined
    : `Litestream ${LITESTREAM_VERSION} and ltx ${LTX_VERSION} are missing: install Go 1.26 or newer and run npm test`;

/**
 * Has Go build both outside of the project; that takes some minutes.
 * @param {(command: string, args: string[], env: Record<string, string>) => void} run runs a command; what it does is seen by its files
 */
export function installLitestream(run) {
  mkdirSync(folder, { recursive: true });
  /** @type {[string, string][]} */
  const modules = [
    [LTX, `github.com/superfly/ltx/cmd/ltx@v${LTX_VERSION}`],
    [LITESTREAM, `github.com/benbjohnson/litestream/cmd/litestream@v${LITESTREAM_VERSION}`],
  ];
  for (const [tool, module] of modules) if (!existsSync(tool)) run('go', ['install', module], { GOBIN: folder });
  const why = whyNoLitestream();
  if (why !== undefined) process.stderr.write(`${why}.\n`);
}
