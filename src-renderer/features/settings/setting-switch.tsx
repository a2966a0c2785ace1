import { Switch } from '@mantine/core';
import type { Settings } from '../../../src-shared/model/settings.ts';

/** The settings, and what changes some of them. */
export interface SettingsProps {
  settings: Settings;
  update(change: Partial<Settings>): void;
}

interface SettingSwitchProps extends SettingsProps {
  name: 'desktopAlerts' | 'keepInTray' | 'lowPriority' | 'notOnBattery' | 'startAtLogin';
  label: string;
  description?: string;
}

/** Turns a setting on and off. */
export function SettingSwitch({ settings, update, name, ...rest }: SettingSwitchProps) {
  return (
    <Switch
      {...rest}
      checked={settings[name] ?? false}
      onChange={(event) => update({ [name]: event.currentTarget.checked })}
    />
  );
}
