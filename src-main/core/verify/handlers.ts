import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { findSource, readKey } from './find-source.ts';
import { startRestoreTest } from './start-restore-test.ts';
import { startVerification } from './start-verification.ts';

const MOST_RECEIPTS = 50;

/** Starts verifications and restore tests, and shows the receipts of the latter. */
export function verifyHandlers(core: CoreContext): Handlers<MethodsOf<'verifications'> | MethodsOf<'restoreTests'>> {
  return {
    'verifications.start': async ({ key, ...source }, signal) => {
      const found = await findSource(core, source, key !== undefined, signal);
      return { run: startVerification(core, found, await readKey(core, key, found)) };
    },
    'restoreTests.start': ({ planId }) => ({ run: startRestoreTest(core, core.catalog.plans.require(planId)) }),
    'restoreTests.list': ({ planId }) =>
      core.catalog.restoreTests.list(core.catalog.plans.require(planId).id, MOST_RECEIPTS),
  };
}
