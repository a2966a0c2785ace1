import { Settings } from '../../../src-shared/model/settings.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers, MethodsOf } from '../handler.ts';

/** Reads and changes the settings. */
export function settingsHandlers(core: CoreContext): Handlers<MethodsOf<'settings'>> {
  return {
    'settings.get': () => core.catalog.settings.get(),
    'settings.update': (change) => {
      const settings = Settings.parse({ ...core.catalog.settings.get(), ...change });
      core.catalog.settings.save(settings);
      core.events.emit('settings.changed', { settings });
      core.copier.tick();
      return settings;
    },
  };
}
