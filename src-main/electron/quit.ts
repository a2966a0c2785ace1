import { type App, type BrowserWindow, powerMonitor } from 'electron';
import type { Run } from '../../src-shared/model/run.ts';
import { countInWords } from '../../src-shared/words/wording.ts';
import { hasUnsaved } from './ipc-transport.ts';
import type { DesktopCore } from './joined-service.ts';
import { ask } from './window/message-box.ts';

/** The way out of the application. */
export interface Quitting {
  /** Nothing stops it any more: windows close for good. */
  isDecided(): boolean;
}

type Answer = 'stop' | 'wait' | 'stay';

const ANSWERS: readonly Answer[] = ['stop', 'wait', 'stay'];

const KINDS: Readonly<Record<Run['kind'], string>> = {
  backup: 'A backup',
  capture: 'A capture of changes',
  export: 'An export',
  copy: 'A copy to a destination',
  restoreTest: 'A restore test',
  verify: 'A verification',
  'restore-check': 'A restore preview',
  restore: 'A restore',
  undo: 'An undo',
  databaseDeletion: 'A database deletion',
  import: 'An import',
  prune: 'A prune',
  pruneHistory: 'A prune of a history',
  delete: 'A deletion',
  putBack: 'A return from the trash',
  scan: 'A rescan',
  cleanup: 'A clean-up',
  find: 'A search for databases',
  findRows: 'A search for rows',
  browse: 'The opening of a database',
  compare: 'The comparison of two databases',
  'put-back-check': 'A preview of rows to put back',
  putBackRows: 'Putting rows back',
};

/**
 * Quits only when nothing runs and all changes are saved, or when the person says what is to become of it; the core is closed before the process
 * ends.
 */
export function guardQuit(app: App, core: DesktopCore, window: () => BrowserWindow | undefined): Quitting {
  let decided = false;
  let asking = false;
  /** The newest answer; one that still waits for runs to end is replaced by the next. */
  let newest = {};

  const closeAndQuit = async (): Promise<void> => {
    if (decided) return;
    decided = true;
    // What cannot be closed must not keep the application; the next start cleans up after it.
    await core.close().catch(() => undefined);
    app.quit();
  };
  const askAndQuit = async (): Promise<void> => {
    const mine = {};
    newest = mine;
    asking = true;
    const answer = await askAll(core, window()).finally(() => {
      asking = false;
    });
    if (answer === 'stay') return;
    if (answer === 'wait') await nothingRuns(core);
    if (newest === mine) await closeAndQuit();
  };

  app.on('before-quit', (event) => {
    if (decided) return;
    event.preventDefault();
    if (!asking) void askAndQuit();
  });
  app.on('window-all-closed', () => app.quit());
  // The machine goes down and waits for no answer; what is stopped now is in order at the next start.
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    event?.preventDefault();
    void closeAndQuit();
  });
  return { isDecided: () => decided };
}

async function askAll(core: DesktopCore, window: BrowserWindow | undefined): Promise<Answer> {
  if (hasUnsaved(window) && !(await askToDiscard(window))) return 'stay';
  return askAbout(core.activeRuns(), window);
}

async function askToDiscard(window: BrowserWindow | undefined): Promise<boolean> {
  window?.show();
  const response = await ask(window, {
    type: 'question',
    message: 'Quit and discard unsaved changes?',
    detail: 'The window shows changes that are not saved.',
    buttons: ['Discard and quit', 'Keep editing'],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}

async function askAbout(runs: readonly Run[], window: BrowserWindow | undefined): Promise<Answer> {
  const [first] = runs;
  if (first === undefined) return 'stop';
  const response = await ask(window, {
    type: 'question',
    message: runs.length === 1 ? `${KINDS[first.kind]} is running.` : `${countInWords(runs.length, 'run')} are active.`,
    detail: 'Stopping them loses no stored snapshots.',
    buttons: ['Stop and quit', 'Quit when done', 'Keep running'],
    defaultId: 1,
    cancelId: 2,
  });
  return ANSWERS[response] ?? 'stay';
}

async function nothingRuns(core: DesktopCore): Promise<void> {
  for (let runs = core.activeRuns(); runs.length > 0; runs = core.activeRuns())
    await Promise.all(runs.map((run) => core.runEnded(run.id)));
}
