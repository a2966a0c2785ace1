import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import { NODE_PLATFORM } from '../../platform/platform.ts';
import type { CoreContext } from '../core-context.ts';
import { sqliteVersion } from '../engine/sqlite/open-database.ts';
import type { Handlers } from '../handler.ts';
import { changeSettings } from './change-settings.ts';

/** Reads and changes the settings. */
export function settingsHandlers(core: CoreContext): Handlers<MethodsOf<'settings'>> {
  return {
    'settings.get': () => core.catalog.settings.get(),
    'settings.update': (change) => changeSettings(core, change),
  };
}

/** What Snapkeep says of itself. */
export function appHandlers(core: CoreContext): Handlers<MethodsOf<'app'>> {
  return {
    'app.info': () => ({
      version: core.version,
      host: core.ports.host,
      platform: NODE_PLATFORM,
      dataFolder: core.dataFolder.path,
      safetyFolder: core.dataFolder.safetyFolder,
      versions: { sqlite: sqliteVersion(), node: process.versions.node },
      capabilities: core.ports.capabilities,
    }),
  };
}
