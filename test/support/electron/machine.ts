import { EventEmitter } from 'node:events';
import { app } from './app.ts';
import { refuseUnknown } from './refuse.ts';

class PowerMonitor extends EventEmitter {
  _onBattery = false;

  isOnBatteryPower(): boolean {
    return this._onBattery;
  }
}

/** Electron's `powerMonitor`: a test emits what the machine would, as on real Electron. */
export const powerMonitor = refuseUnknown('powerMonitor', new PowerMonitor());

interface Display {
  id: number;
  workArea: { x: number; y: number; width: number; height: number };
}

class Screen extends EventEmitter {
  _displays: Display[] = [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } }];

  getAllDisplays(): Display[] {
    if (!app.isReady()) throw new Error("The 'screen' module can't be used before the app 'ready' event");
    return this._displays;
  }

  getPrimaryDisplay(): Display {
    const [first] = this.getAllDisplays();
    if (first === undefined) throw new Error('stand-in: there is no display');
    return first;
  }
}

/** Electron's `screen`: one of a usual size. */
export const screen = refuseUnknown('screen', new Screen());
