import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { testAlert } from './test-alert.ts';

/** Tests the channels of alerts, and lists alerts that wait for one. */
export function alertsHandlers({ channels, clock, deliveries }: CoreContext): Handlers<MethodsOf<'alerts'>> {
  return {
    'alerts.undelivered': () => deliveries.waiting(),
    'alerts.test': async ({ channel }) => {
      await channels.send(channel, testAlert(clock.now().toISOString()));
      return {};
    },
  };
}
