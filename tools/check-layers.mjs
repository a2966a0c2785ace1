/*
 * Holds what biome's rules for imports cannot say: between the folders of the core, values go one way. Types may be
 * imported either way; the files at the root of the core collect the features, which import only their types.
 * node tools/check-layers.mjs
 */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const CORE = 'src-main/core';
/** Imports and re-exports of values: not `import type`, and not of `type` names alone. */
const IMPORT = /^(?:import|export)\s+(?!type\b)([^;'"]*?)\s*(?:from\s*)?'(\.[^']+)';/gms;

/** Which folders each folder imports values of, and where. @type {Map<string, Map<string, string>>} */
const arrows = new Map();
for (const path of readdirSync(CORE, { recursive: true, encoding: 'utf8' }).map((file) => posix.join(CORE, file))) {
  if (!path.endsWith('.ts')) continue;
  const from = roomOf(path);
  for (const [, names = '', specifier = ''] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
    const target = posix.join(posix.dirname(path), specifier);
    if (!target.startsWith(`${CORE}/`) || /^\{(?:\s*type [^,}]+,?)+\s*\}$/.test(names)) continue;
    const to = roomOf(target);
    if (to === from) continue;
    const known = arrows.get(from) ?? new Map();
    arrows.set(from, known.set(to, `${path} imports ${target}`));
  }
}

const faults = [
  ...[...arrows].flatMap(([from, to]) => (from === 'root' ? [] : [to.get('root') ?? []].flat())),
  ...[...arrows.keys()].filter((room) => room !== 'root').flatMap(circleFrom),
];
if (faults.length > 0) {
  console.error([...new Set(faults)].join('\n'));
  console.error('Features import only types of the root of the core, and values of each other one way.');
  process.exit(1);
}

/** The folder of the core that a file is in; each folder of the engine is one of its own. @param {string} path */
function roomOf(path) {
  const [first = '', second = ''] = path.slice(CORE.length + 1).split('/');
  if (first.endsWith('.ts')) return 'root';
  return first === 'engine' && !second.endsWith('.ts') ? `engine/${second}` : first;
}

/** The imports that lead from a folder back to it. @param {string} start @returns {string[]} */
function circleFrom(start) {
  /** @type {Array<{ room: string, way: string[] }>} */
  const open = [{ room: start, way: [] }];
  const seen = new Set();
  for (let at = open.shift(); at !== undefined; at = open.shift()) {
    for (const [to, where] of arrows.get(at.room) ?? []) {
      if (to === start) return [...at.way, where];
      if (to === 'root' || seen.has(to)) continue;
      seen.add(to);
      open.push({ room: to, way: [...at.way, where] });
    }
  }
  return [];
}
