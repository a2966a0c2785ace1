import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startChromium } from './chromium.ts';
import { setStarted } from './runtime.ts';

/** The folder of an application and the file it starts with, as Electron finds them from its first plain argument. */
function findApp(argument: string): { folder: string; entry: string } {
  const path = resolve(argument);
  if (statSync(path).isDirectory()) {
    const { main } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { main: string };
    return { folder: path, entry: join(path, main) };
  }
  let folder = dirname(path);
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return { folder, entry: path };
}

const argv = process.argv.slice(2);
const { folder, entry } = findApp(argv.find((argument) => !argument.startsWith('-')) ?? '.');
const module = pathToFileURL(join(import.meta.dirname, 'electron-module.ts')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main'
      ? { url: module, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});
Object.assign(process, { type: 'browser', resourcesPath: join(folder, 'resources'), defaultApp: true });
process.argv = [process.argv[1] ?? 'electron', ...argv];

const chromium = await startChromium();
setStarted({ appFolder: folder, argv, chromium });
const { finishStart } = await import('./electron-module.ts');
createRequire(import.meta.url)(entry);
finishStart();
// What Playwright waits for.
process.stderr.write(`DevTools listening on ${chromium.address}\n`);
