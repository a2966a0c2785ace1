import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Scene, takeBackup } from '../../support/scene.ts';

/** Params of a call. */
export type Given = Record<string, unknown>;

/** How a method of the contract is tried. */
export interface MethodCase {
  /** Params of a call that must succeed. */
  good(scene: Scene): Given | Promise<Given>;
  /** Params that fit, and name something that is not there; `null` where there is nothing to name. */
  missing: ((scene: Scene) => Given) | null;
  /** What is answered to {@link missing}; `NOT_FOUND` by default. */
  missingCode?: string;
  /** Params that do not fit, beside an extra one. */
  wrong: Given;
}

export const snapshotOf = async (scene: Scene): Promise<string> => (await takeBackup(scene)).id;
export const nobody = randomUUID();
export const nothing = { good: () => ({}), missing: null, wrong: { something: 1 } };
export const noPlan = () => ({ planId: nobody });
export const planOf = ({ plan }: Scene) => ({ planId: plan.id });
export const destinationOf = ({ plan }: Scene) => ({ destinationId: plan.destinations[0]?.destinationId });
export const gone = ({ folder }: Scene) => join(folder, 'gone.db');
