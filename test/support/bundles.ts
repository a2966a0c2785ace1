import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createBuilder } from 'vite';
import type { TestProject } from 'vitest/node';
import { schemasOnFirstUse } from '../../tools/build/schemas-on-first-use.ts';
import { wasmInPlace } from '../../tools/build/wasm-in-place.ts';
import { asciiOnly, nodeBundle } from '../../vite.config.ts';

/*
 * What tests start in threads and processes of their own is built once for all of them, one file each, as the product
 * is: every run has a thread of its own, and Node takes several times as long to load the sources.
 */

const SCRIPTS = [
  'src-main/worker/worker.ts',
  'src-main/worker/checker.ts',
  'test/support/crash-core.ts',
  'test/support/describe-as-nobody.ts',
];

const root = resolve(import.meta.dirname, '../..');

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the bundles: `worker.cjs`, … */
    bundles: string;
  }
}

/** Builds before the first test; what it answers removes everything after the last. */
export default async function setup(project: TestProject): Promise<() => void> {
  mkdirSync(join(root, 'out'), { recursive: true });
  // Of this run alone, so that another may go on beside it; and within the project, where Node finds the driver.
  const folder = mkdtempSync(join(root, 'out/test-'));
  // A test reads them as another user.
  chmodSync(folder, 0o755);
  const environments = Object.fromEntries(
    SCRIPTS.map((entry, at) => [`script${at}`, nodeBundle(basename(entry, '.ts'), entry, folder)]),
  );
  const plugins = [wasmInPlace, schemasOnFirstUse, asciiOnly];
  const builder = await createBuilder({ configFile: false, root, logLevel: 'warn', plugins, environments });
  for (const name of Object.keys(environments)) {
    const environment = builder.environments[name];
    if (environment !== undefined) await builder.build(environment);
  }
  project.provide('bundles', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
