import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { pointOfReplica, pointsOfReplica } from './replicas.ts';

/** Lists the points of replicas that Litestream writes. */
export const replicaHandlers = (core: CoreContext): Handlers<MethodsOf<'replicas'>> => ({
  'replicas.points': (asked, signal) => pointsOfReplica(core, asked, signal),
  'replicas.pointAt': (asked, signal) => pointOfReplica(core, asked, signal),
});
