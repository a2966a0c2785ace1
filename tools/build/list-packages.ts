import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** A package that has code in a bundle. */
interface BundledPackage {
  name: string;
  version: string;
  license: string | null;
}

/** The innermost package of a path: its folder, and its name as the part that is named. */
const PACKAGE = /^.*node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/;

/**
 * Lists the packages that have code in a bundle, in a file of its own.
 * @param folder where it is written, by the name of the environment
 */
export const listPackages = (folder: string): Plugin => ({
  name: 'list-packages',
  writeBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
    const folders = modules.flatMap((id) => PACKAGE.exec(id.replaceAll('\\', '/').replace(/^\0/, ''))?.[0] ?? []);
    const packages = [...new Set(folders)].sort().map(packageIn);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${this.environment.name}.json`), JSON.stringify(packages, null, 2));
  },
});

function packageIn(folder: string): BundledPackage {
  const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { name, version, license: license ?? licenses?.[0]?.type ?? null };
}
