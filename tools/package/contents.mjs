import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, getRawHeader } from '@electron/asar';

const DRIVER = 'node_modules/better-sqlite3-multiple-ciphers';
const SIZE_LIMIT = 25 * 1000 * 1000;

/** What has to be in the package. */
const NEEDED = [
  'package.json',
  'LICENSE',
  'out/main/main.cjs',
  'out/main/preload.cjs',
  'out/main/worker.cjs',
  'out/renderer/index.html',
  ...['fine', 'running', 'attention'].flatMap((state) => [`assets/tray/${state}.png`, `assets/tray/${state}@2x.png`]),
  `${DRIVER}/package.json`,
  `${DRIVER}/LICENSE`,
  `${DRIVER}/lib/index.js`,
  `${DRIVER}/prebuilds/linux-${process.arch}.node`,
];
/** What may be there besides. */
const ALLOWED = [
  /^out\/renderer\/assets\/[\w.-]+-[\w-]{8}\.(js|css|woff2|svg|png)$/,
  new RegExp(`^${DRIVER}/lib/(methods/)?[a-z-]+\\.js$`),
];
/** What is read from real files: a worker thread, and the driver that it loads. */
const UNPACKED = /^(out\/main\/worker\.cjs$|node_modules\/better-sqlite3-multiple-ciphers\/)/;

/**
 * Looks into app.asar and beside it.
 * @param {string} resources the folder that holds them
 * @returns {{ problems: string[], summary: string[] }}
 */
export function checkContents(resources) {
  /** @type {string[]} */
  const problems = [];
  const archive = join(resources, 'app.asar');
  const files = listArchive(archive);
  for (const path of NEEDED) if (!files.has(path)) problems.push(`app.asar lacks ${path}`);
  for (const [path, { unpacked }] of files) {
    if (!NEEDED.includes(path) && !ALLOWED.some((pattern) => pattern.test(path))) {
      problems.push(`app.asar holds ${path}, which nothing needs when it runs`);
    }
    if (unpacked !== UNPACKED.test(path)) {
      problems.push(unpacked ? `${path} is unpacked, and need not be` : `${path} is packed, and has to be a real file`);
    }
  }
  problems.push(...checkUnpacked(join(resources, 'app.asar.unpacked'), files));
  for (const name of readdirSync(resources)) {
    if (!['app.asar', 'app.asar.unpacked', 'app-update.yml'].includes(name)) problems.push(`resources holds ${name}`);
  }
  problems.push(...checkMetadata(archive));
  const packed = statSync(archive).size;
  const beside = [...files.values()].reduce((sum, { size, unpacked }) => sum + (unpacked ? size : 0), 0);
  if (packed + beside > SIZE_LIMIT)
    problems.push(`${megabytes(packed + beside)} is more than ${megabytes(SIZE_LIMIT)}`);
  return {
    problems,
    summary: [
      `Contents: ${files.size} files, of which ${[...files.values()].filter(({ unpacked }) => unpacked).length} unpacked`,
      `Size: app.asar ${megabytes(packed)} + unpacked ${megabytes(beside)} = ${megabytes(packed + beside)} of ${megabytes(SIZE_LIMIT)}`,
    ],
  };
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

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
