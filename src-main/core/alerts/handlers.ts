import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { Alert } from '../../../src-shared/model/alert.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';

/** Tries the ways alerts take. */
export function alertsHandlers(core: CoreContext): Handlers<MethodsOf<'alerts'>> {
  return {
    'alerts.undelivered': () => core.deliveries.waiting(),
    'alerts.test': async ({ channel }) => {
      const at = core.clock.now().toISOString();
      const alert: Alert = {
        kind: 'test',
        planId: null,
        planName: 'test',
        state: 'ok',
        at,
        since: at,
        title: 'Snapkeep test alert',
        message: 'Snapkeep will notify you like this when a plan needs attention.',
      };
      await core.channels.send(channel, alert);
      return {};
    },
  };
}
