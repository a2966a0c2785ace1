import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import { Settings } from '../../../src-shared/model/settings.ts';
import type { CoreContext } from '../core-context.ts';

/** Changes some of the settings, and does at once what now is to be done. @returns all of them */
export function changeSettings(
  { catalog, events, copier }: CoreContext,
  change: ParsedParams<'settings.update'>,
): Settings {
  const settings = Settings.parse({ ...catalog.settings.get(), ...change });
  catalog.settings.save(settings);
  events.emit('settings.changed', { settings });
  copier.tick();
  return settings;
}
