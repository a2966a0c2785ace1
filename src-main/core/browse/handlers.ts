import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { BrowsedSource } from '../../../src-shared/model/rows/browse.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { Handlers } from '../handler.ts';
import { askFiles } from './ask-files.ts';
import { LISTED_FILES } from './browse-files.ts';
import { findCopySource, startOpening } from './open-view.ts';
import { startExport } from './start-export.ts';

/** Opens databases in temporary copies, and reads what is in them. */
export function browseHandlers(core: CoreContext): Handlers<MethodsOf<'browse'>> {
  return {
    'browse.open': async ({ source, key }, signal) => ({
      run: startOpening(core, await findCopySource(core, source, key, signal)),
    }),
    'browse.describe': async ({ viewId }, signal) => {
      const source = sourceOf(core, viewId);
      const rows = core.views.copiesOf(viewId)[0]?.copy.rows ?? null;
      return { source, schema: await core.views.ask(viewId, 'describe', { rows }, { signal }) };
    },
    'browse.rows': ({ viewId, ...request }, signal) => core.views.ask(viewId, 'rows', request, { signal }),
    'browse.value': ({ viewId, ...request }, signal) => core.views.ask(viewId, 'value', request, { signal }),
    'browse.query': ({ viewId, ...request }, signal) => core.views.ask(viewId, 'query', request, { signal }),
    'browse.export': async ({ path, ...order }) => ({
      run: await startExport(core, { ...order, path: await canonicalFilePath(path) }),
    }),
    'browse.files': async ({ snapshotId, attachedFile, folder }, signal) => {
      const asked = { attachedFile, path: folder, part: null };
      const { entries } = await askFiles(core, snapshotId, asked, signal);
      return { entries: entries.slice(0, LISTED_FILES), more: entries.length > LISTED_FILES };
    },
    'browse.file': async ({ snapshotId, attachedFile, path, ...part }, signal) => {
      const answer = await askFiles(core, snapshotId, { attachedFile, path, part }, signal);
      if (answer.part === null) throw new Error('No part was read.');
      return answer.part;
    },
    'browse.close': async ({ viewId }) => {
      await core.views.close(viewId);
      return {};
    },
  };
}

/**
 * Returns what a view shows.
 * @param at which of the two sides of a comparison
 * @throws SnapkeepError `NOT_FOUND` when it is closed
 */
export function sourceOf(core: CoreContext, viewId: string, at = 0): BrowsedSource {
  const shown = core.views.copiesOf(viewId)[at];
  if (shown === undefined) throw new Error('A view without a copy.');
  const { copy, name, snapshotId, planId } = shown;
  return {
    viewId,
    name,
    bytes: copy.bytes,
    snapshotId,
    planId,
    takenAt: copy.takenAt,
    encrypted: copy.unlocking !== null,
  };
}
