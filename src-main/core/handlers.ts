import { nounOf } from '../../src-shared/contract/load-method.ts';
import type { MethodName, MethodsOf, Noun } from '../../src-shared/contract/methods.ts';
import type { CoreContext } from './core-context.ts';
import type { Handler, Handlers, LoadHandler } from './handler.ts';

/** Where the handlers of each noun are; leaving one out does not compile. */
const LOADERS: { readonly [N in Noun]: (core: CoreContext) => Promise<Handlers<MethodsOf<N>>> } = {
  alerts: async (core) => (await import('./alerts/handlers.ts')).alertsHandlers(core),
  app: async (core) => (await import('./settings/handlers.ts')).appHandlers(core),
  backups: async (core) => (await import('./backup/handlers.ts')).backupsHandlers(core),
  browse: async (core) => (await import('./browse/handlers.ts')).browseHandlers(core),
  compare: async (core) => (await import('./compare/handlers.ts')).compareHandlers(core),
  databases: async (core) => (await import('./find-databases/handlers.ts')).databasesHandlers(core),
  databaseDeletions: async (core) => (await import('./delete-database/handlers.ts')).databaseDeletionsHandlers(core),
  destinations: async (core) => ({
    ...(await import('./destinations/handlers.ts')).destinationsHandlers(core),
    ...(await import('./copies/handlers.ts')).copiesHandlers(core),
    ...(await import('./snapshots/handlers.ts')).rescanHandlers(core),
  }),
  dialogs: async (core) => (await import('./files/handlers.ts')).filesHandlers(core),
  exports: async (core) => (await import('./backup/handlers.ts')).exportsHandlers(core),
  files: async (core) => (await import('./files/handlers.ts')).filesHandlers(core),
  history: async (core) => (await import('./history/handlers.ts')).historyHandlers(core),
  imports: async (core) => (await import('./import/handlers.ts')).importHandlers(core),
  plans: async (core) => (await import('./plans/handlers.ts')).plansHandlers(core),
  prune: async (core) => (await import('./prune/handlers.ts')).pruneHandlers(core),
  recoveries: async (core) => (await import('./recover-plans/handlers.ts')).recoveriesHandlers(core),
  recoveryKit: async (core) => (await import('./recovery-kit/handlers.ts')).recoveryKitHandlers(core),
  replicas: async (core) => (await import('./history/replica-handlers.ts')).replicaHandlers(core),
  restoreTests: async (core) => (await import('./verify/handlers.ts')).verifyHandlers(core),
  restores: async (core) => (await import('./restore/handlers.ts')).restoresHandlers(core),
  retention: async (core) => (await import('./prune/handlers.ts')).retentionHandlers(core),
  rows: async (core) => ({
    ...(await import('./find-rows/handlers.ts')).findRowsHandlers(core),
    ...(await import('./put-back/handlers.ts')).putBackHandlers(core),
  }),
  runs: async (core) => (await import('./runs/handlers.ts')).runsHandlers(core),
  schedules: async (core) => (await import('./schedule/handlers.ts')).schedulesHandlers(core),
  secrets: async (core) => (await import('./secrets/handlers.ts')).secretsHandlers(core),
  settings: async (core) => (await import('./settings/handlers.ts')).settingsHandlers(core),
  snapshots: async (core) => (await import('./snapshots/handlers.ts')).snapshotsHandlers(core),
  sources: async (core) => (await import('./plans/handlers.ts')).sourcesHandlers(core),
  templates: async (core) => (await import('./templates/handlers.ts')).templatesHandlers(core),
  trash: async (core) => (await import('./trash/handlers.ts')).trashHandlers(core),
  verifications: async (core) => (await import('./verify/handlers.ts')).verifyHandlers(core),
};

/** Returns the way to the handlers of the contract. Those of a noun are loaded when one of them is first asked for. */
export function createHandlers(core: CoreContext): LoadHandler {
  const loaded = new Map<Noun, Promise<Partial<Handlers>>>();
  return async <M extends MethodName>(method: M): Promise<Handler<M>> => {
    const noun = nounOf(method);
    if (noun === undefined) throw new TypeError(`No handlers for ${method}.`);
    const handlers: Promise<Partial<Handlers>> = loaded.get(noun) ?? LOADERS[noun](core);
    loaded.set(noun, handlers);
    const handler: Partial<Handlers>[M] = (await handlers)[method];
    if (handler === undefined) throw new TypeError(`No handler for ${method}.`);
    return handler;
  };
}
