import { powerMonitor } from 'electron';
import type { Power } from '../core/ports.ts';

/** What the system says of its power. Some say nothing on waking up, but all say when the screen is unlocked. */
export function systemPower(): Power {
  return {
    onBattery: () => powerMonitor.isOnBatteryPower(),
    onResume: (listener) => {
      const resumed = (): void => listener();
      powerMonitor.on('resume', resumed);
      powerMonitor.on('unlock-screen', resumed);
      return () => {
        powerMonitor.removeListener('resume', resumed);
        powerMonitor.removeListener('unlock-screen', resumed);
      };
    },
  };
}
