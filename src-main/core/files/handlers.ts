import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalPath, isWithin } from '../engine/files/paths.ts';
import type { Handlers } from '../handler.ts';
import type { HostPorts } from '../ports.ts';
import { identifyFile } from './identify-file.ts';
import { listFolder } from './list-folder.ts';
import { usualPlaces } from './usual-places.ts';

/** Says what files are and what is in folders. */
export function filesHandlers(core: CoreContext): Handlers<MethodsOf<'files'> | MethodsOf<'dialogs'>> {
  return {
    'files.identify': ({ path }, signal) => identifyFile(core, path, signal),
    'files.list': (asked) =>
      listFolder(asked, (path) => isWithin(core.dataFolder.path, path) || core.runs.isLocked(path)),
    'files.places': () => usualPlaces(),
    ...desktopHandlers(core.ports),
  };
}

/** Does what only a desktop can. */
export function desktopHandlers(
  ports: Pick<HostPorts, 'dialogs' | 'revealFile'>,
): Handlers<MethodsOf<'dialogs'> | 'files.reveal'> {
  const dialogs = () => ports.dialogs ?? unsupported('A native dialog');
  return {
    'files.reveal': async ({ path }) => {
      const reveal = ports.revealFile ?? unsupported('Showing files in the file manager');
      reveal(await canonicalPath(path));
      return {};
    },
    'dialogs.pickDatabase': async () => ({ path: await dialogs().pickDatabase() }),
    'dialogs.pickBackup': async () => ({ path: await dialogs().pickBackup() }),
    'dialogs.pickFolder': async () => ({ path: await dialogs().pickFolder() }),
    'dialogs.pickTarget': async ({ suggestion }) => ({ path: await dialogs().pickTarget(suggestion) }),
  };
}

function unsupported(what: string): never {
  throw new SnapkeepError('UNSUPPORTED', `${what} is not supported here.`, {
    hint: 'Use the desktop application, or enter the path.',
  });
}
