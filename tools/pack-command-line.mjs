// Packs the command line, the server and the window into one tarball that npm installs, without sources or tests:
// `npm run pack`. Its path is printed. What was bundled is listed in it as CycloneDX, for audits.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { name, version, description, license, author, dependencies } = read('package.json');

/** The command line and the server with their parts, and the two that they start. */
const BUNDLES = /^(?:cli|server)(?:-.*)?\.cjs$|^(?:worker|checker)\.cjs$/;

const destination = resolve(process.argv[2] ?? join(root, 'dist'));
const folder = mkdtempSync(join(tmpdir(), 'snapkeep-pack-'));
try {
  collect();
  mkdirSync(destination, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  process.stdout.write(`${join(destination, JSON.parse(packed)[0].filename)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Puts together what is packed. */
function collect() {
  mkdirSync(join(folder, 'out/main'), { recursive: true });
  for (const file of readdirSync(join(root, 'out/main')))
    if (BUNDLES.test(file)) cpSync(join(root, 'out/main', file), join(folder, 'out/main', file));
  chmodSync(join(folder, 'out/main/cli.cjs'), 0o755);
  cpSync(join(root, 'out/renderer'), join(folder, 'out/renderer'), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  write('package.json', {
    name,
    version,
    description,
    license,
    author,
    engines: { node: '>=22.15' },
    bin: { [name]: 'out/main/cli.cjs' },
    dependencies,
  });
  write('bom.json', listOfPackages());
}

/** @returns {object} CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json */
function listOfPackages() {
  /** @type {{ name: string, version: string, license: string | null }[]} */
  const bundled = ['cli', 'server', 'worker', 'checker', 'client'].flatMap((each) => read(`out/packages/${each}.json`));
  const driver = Object.entries(dependencies).map(([each, pinned]) => ({
    name: each,
    version: pinned,
    license: read(`node_modules/${each}/package.json`).license,
  }));
  const component = (/** @type {typeof bundled[number]} */ { name, version, license }) => {
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    const licenses = license === null ? {} : { licenses: [{ expression: license }] };
    return { type: 'library', 'bom-ref': purl, name, version, purl, ...licenses };
  };
  const self = { type: 'application', 'bom-ref': `${name}@${version}`, name, version };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: { component: self },
    components: [
      ...new Map([...bundled, ...driver].map((each) => [`${each.name}@${each.version}`, component(each)])).values(),
    ],
  };
}

/** @param {string} path @param {object} content */
function write(path, content) {
  writeFileSync(join(folder, path), `${JSON.stringify(content, null, 2)}\n`);
}
