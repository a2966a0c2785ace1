import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, getRawHeader } from '@electron/asar';

const DRIVER = 'node_modules/better-sqlite3-multiple-ciphers';
const SIZE_LIMIT = 25 * 1000 * 1000;

/** The icons of the tray: each system has its own kind. */
const TRAY = new Map([
  ['linux', ['.png', '@2x.png']],
  ['darwin', ['Template.png', 'Template@2x.png']],
  ['win32', ['.ico']],
]);

/**
 * @param {import('./pack.mjs').Target} target
 * @returns {string[]} what has to be in the package
 */
function neededFor({ platform, arch }) {
  const kinds = TRAY.get(platform) ?? [];
  return [
    'package.json',
    'LICENSE',
    'out/main/main.cjs',
    'out/main/preload.cjs',
    'out/main/worker.cjs',
    'out/main/checker.cjs',
    'out/renderer/index.html',
    ...['ok', 'running', 'attention'].flatMap((state) => kinds.map((kind) => `assets/tray/${state}${kind}`)),
    `${DRIVER}/package.json`,
    `${DRIVER}/LICENSE`,
    `${DRIVER}/lib/index.js`,
    `${DRIVER}/prebuilds/${platform}-${arch}.node`,
  ];
}

/** What may be there besides. */
const ALLOWED = [
  /^out\/renderer\/assets\/[\w.-]+-[\w-]{8}\.(js|css|woff2|svg|png)$/,
  new RegExp(`^${DRIVER}/lib/(methods/)?[a-z-]+\\.js$`),
];
/** What is beside app.asar: its unpacked part, where updates are, and on a Mac the icon and the languages. */
const BESIDE = /^(app\.asar|app\.asar\.unpacked|app-update\.yml|icon\.icns|en\.lproj)$/;
/** What is started from real files: the worker process, its thread, and the driver. */
const UNPACKED = /^(out\/main\/(worker|checker)\.cjs$|node_modules\/better-sqlite3-multiple-ciphers\/)/;

/**
 * Looks into app.asar and beside it.
 * @param {import('./pack.mjs').Packed} packed
 * @returns {{ problems: string[], summary: string }}
 */
export function checkContents({ target, resources }) {
  /** @type {string[]} */
  const problems = [];
  const archive = join(resources, 'app.asar');
  const files = listArchive(archive);
  const needed = neededFor(target);
  for (const path of needed) if (!files.has(path)) problems.push(`app.asar lacks ${path}`);
  for (const [path, { unpacked }] of files) {
    if (!needed.includes(path) && !ALLOWED.some((pattern) => pattern.test(path))) {
      problems.push(`app.asar holds ${path}, which nothing needs when it runs`);
    }
    if (unpacked !== UNPACKED.test(path)) {
      problems.push(unpacked ? `${path} is unpacked, and need not be` : `${path} is packed, and has to be a real file`);
    }
  }
  problems.push(...checkUnpacked(join(resources, 'app.asar.unpacked'), files));
  problems.push(...checkMetadata(archive), ...checkIntegrity(target, resources));
  for (const name of readdirSync(resources)) {
    if (!BESIDE.test(name)) problems.push(`resources holds ${name}`);
  }
  const inside = statSync(archive).size;
  const unpacked = [...files.values()].filter((file) => file.unpacked);
  const beside = unpacked.reduce((sum, { size }) => sum + size, 0);
  const sizes = `app.asar ${megabytes(inside)} + unpacked ${megabytes(beside)} = ${megabytes(inside + beside)}`;
  if (inside + beside > SIZE_LIMIT) problems.push(`${sizes} is more than ${megabytes(SIZE_LIMIT)}`);
  const count = `${files.size} files, of which ${unpacked.length} unpacked`;
  return { problems, summary: `${count}; size: ${sizes} of ${megabytes(SIZE_LIMIT)}` };
}

/**
 * @param {string} archive
 * @returns {Map<string, { size: number, unpacked: boolean }>} every file of the archive, by its path
 */
export function listArchive(archive) {
  /** @type {Map<string, { size: number, unpacked: boolean }>} */
  const files = new Map();
  /**
   * @param {import('@electron/asar').DirectoryRecord['files'][string]} entry
   * @param {string} path
   */
  const walk = (entry, path) => {
    if ('files' in entry) {
      for (const [name, child] of Object.entries(entry.files)) walk(child, path === '' ? name : `${path}/${name}`);
    } else if ('size' in entry) files.set(path, { size: entry.size, unpacked: entry.unpacked === true });
    else throw new Error(`app.asar holds the link ${path}`);
  };
  walk(getRawHeader(archive).header, '');
  return files;
}

/**
 * @param {string} folder
 * @param {ReturnType<typeof listArchive>} files
 */
function checkUnpacked(folder, files) {
  /** @type {string[]} */
  const problems = [];
  const there = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  );
  for (const [path, { size, unpacked }] of files) {
    if (!unpacked) continue;
    if (!there.delete(path)) problems.push(`app.asar.unpacked lacks ${path}`);
    else if (statSync(join(folder, path)).size !== size) problems.push(`${path} in app.asar.unpacked has another size`);
  }
  for (const path of there) problems.push(`app.asar.unpacked holds ${path}, which app.asar does not know`);
  return problems;
}

/** @param {string} archive */
function checkMetadata(archive) {
  const own = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  const packed = JSON.parse(extractFile(archive, 'package.json').toString('utf8'));
  /** @type {string[]} */
  const problems = [];
  for (const field of ['name', 'productName', 'version', 'main']) {
    if (packed[field] !== own[field])
      problems.push(`package.json says ${field} is ${packed[field]}, not ${own[field]}`);
  }
  for (const field of ['scripts', 'devDependencies']) {
    if (field in packed) problems.push(`package.json still holds ${field}`);
  }
  return problems;
}

/**
 * Electron on a Mac refuses an app.asar that does not have the hash in Info.plist.
 * @param {import('./pack.mjs').Target} target
 * @param {string} resources
 */
function checkIntegrity({ platform }, resources) {
  if (platform !== 'darwin') return [];
  const hash = createHash('sha256')
    .update(getRawHeader(join(resources, 'app.asar')).headerString)
    .digest('hex');
  const plist = readFileSync(join(resources, '../Info.plist'), 'utf8');
  return plist.includes(`<string>${hash}</string>`) ? [] : ['Info.plist lacks the hash of app.asar'];
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
