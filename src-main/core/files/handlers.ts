import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalPath, isWithin } from '../engine/files/paths.ts';
import type { Handlers } from '../handler.ts';
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
    'files.reveal': async ({ path }) => {
      const reveal = core.ports.revealFile ?? unsupported('Showing files in the file manager');
      reveal(await canonicalPath(path));
      return {};
    },
    'dialogs.pickDatabase': async () => ({ path: await dialogs(core).pickDatabase() }),
    'dialogs.pickBackup': async () => ({ path: await dialogs(core).pickBackup() }),
    'dialogs.pickFolder': async () => ({ path: await dialogs(core).pickFolder() }),
    'dialogs.pickTarget': async ({ suggestion }) => ({ path: await dialogs(core).pickTarget(suggestion) }),
  };
}

const dialogs = (core: CoreContext) => core.ports.dialogs ?? unsupported('A native dialog');

function unsupported(what: string): never {
  throw new SnapkeepError('UNSUPPORTED', `${what} is not supported here.`, {
    hint: 'Use the desktop application, or enter the path.',
  });
}
