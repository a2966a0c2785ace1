import type { MethodName, MethodsOf, methods, Noun } from './methods.ts';

type Methods = typeof methods;

const service = async () => (await import('./service-methods.ts')).serviceMethods;
const plan = async () => (await import('./plan-methods.ts')).planMethods;
const snapshot = async () => (await import('./snapshot-methods.ts')).snapshotMethods;
const database = async () => (await import('./database-methods.ts')).databaseMethods;
const destination = async () => (await import('./destination-methods.ts')).destinationMethods;

/** Where the methods of each noun are described. */
const LOADERS: { readonly [N in Noun]: () => Promise<Pick<Methods, MethodsOf<N>>> } = {
  alerts: service,
  app: service,
  secrets: service,
  settings: service,
  plans: plan,
  restoreTests: plan,
  retention: plan,
  schedules: plan,
  templates: plan,
  databases: database,
  backups: snapshot,
  browse: async () => (await import('./browse-methods.ts')).browseMethods,
  compare: async () => (await import('./compare-methods.ts')).compareMethods,
  databaseDeletions: snapshot,
  history: async () => (await import('./history-methods.ts')).historyMethods,
  prune: snapshot,
  replicas: async () => (await import('./replica-methods.ts')).replicaMethods,
  restores: snapshot,
  rows: async () => (await import('./row-methods.ts')).rowMethods,
  runs: snapshot,
  snapshots: snapshot,
  trash: async () => (await import('./trash-methods.ts')).trashMethods,
  verifications: snapshot,
  destinations: destination,
  dialogs: destination,
  exports: snapshot,
  files: destination,
  imports: destination,
  recoveries: destination,
  recoveryKit: destination,
  sources: destination,
};

/** Returns the noun of a method, or `undefined` where no method has it. */
export function nounOf(method: string): Noun | undefined {
  const noun = method.split('.', 1)[0] ?? '';
  return Object.hasOwn(LOADERS, noun) ? (noun as Noun) : undefined;
}

/**
 * Returns what a method takes and answers; `undefined`: there is no such method. Schemas are slow to build, and a command
 * needs few of them: those of a noun are built when one of its methods is first asked for.
 */
export async function loadMethod<M extends MethodName>(method: M): Promise<Methods[M]>;
export async function loadMethod(method: string): Promise<Methods[MethodName] | undefined>;
export async function loadMethod(method: string): Promise<Methods[MethodName] | undefined> {
  const noun = nounOf(method);
  if (noun === undefined) return undefined;
  const found: Partial<Methods> = await LOADERS[noun]();
  return Object.hasOwn(found, method) ? found[method as MethodName] : undefined;
}
