import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Platform } from '../../../src-shared/model/third-party/template.ts';
import { expandLocation, expandLocations, type Machine } from '../../../src-shared/third-party/template-locations.ts';
import { builtInTemplate, builtInTemplates } from '../../../src-shared/third-party/templates/built-in.ts';

const HOMES: Record<Platform, string> = { linux: '/home/ann', macos: '/Users/ann', windows: 'C:\\Users\\ann' };
const on = (platform: Platform, more: Partial<Machine> = {}): Machine => ({
  platform,
  environment: {},
  home: HOMES[platform],
  folder: null,
  ...more,
});

describe('one location', () => {
  test.each([
    ['~/x/y.db', on('linux'), '/home/ann/x/y.db'],
    ['~', on('macos'), '/Users/ann'],
    ['~x/y.db', on('linux'), null],
    ['/var/lib/./a//b/../c.db', on('linux'), '/var/lib/a/c.db'],
    ['/../../etc/x', on('linux'), '/etc/x'],
    ['$XDG_DATA_HOME/hone/hone.db', on('linux'), '/home/ann/.local/share/hone/hone.db'],
    ['$XDG_DATA_HOME/a.db', on('linux', { environment: { XDG_DATA_HOME: '/data' } }), '/data/a.db'],
    ['$XDG_DATA_HOME/a.db', on('linux', { environment: { XDG_DATA_HOME: 'data' } }), '/home/ann/.local/share/a.db'],
    ['$XDG_CONFIG_HOME/a', on('linux', { environment: { XDG_CONFIG_HOME: '' } }), '/home/ann/.config/a'],
    ['$XDG_DATA_HOME/a.db', on('macos'), null],
    ['$OM_DB_PATH', on('linux'), null],
    ['/x/$AWS_SECRET_ACCESS_KEY', on('linux', { environment: { AWS_SECRET_ACCESS_KEY: 'abc' } }), null],
    ['C:\\x\\%hone_password%', on('windows', { environment: { HONE_PASSWORD: 'abc' } }), null],
    ['$OM_DB_PATH', on('linux', { environment: { OM_DB_PATH: '/srv/om.db' } }), '/srv/om.db'],
    ['$OM_DB_PATH', on('linux', { environment: { OM_DB_PATH: './data/om.db' } }), null],
    [
      '$OM_DB_PATH',
      on('linux', { environment: { OM_DB_PATH: './data/om.db' }, folder: '/srv/om/backend' }),
      '/srv/om/backend/data/om.db',
    ],
    ['<folder>/state.db', on('linux'), null],
    ['<folder>/state.db', on('linux', { folder: '/var/lib/portunus/' }), '/var/lib/portunus/state.db'],
    ['%LOCALAPPDATA%\\hone\\hone.db', on('windows'), 'C:\\Users\\ann\\AppData\\Local\\hone\\hone.db'],
    [
      '%LocalAppData%/hone/hone.db',
      on('windows', { environment: { LOCALAPPDATA: 'D:\\Local' } }),
      'D:\\Local\\hone\\hone.db',
    ],
    ['\\\\nas\\share\\a\\..\\b.db', on('windows'), '\\\\nas\\share\\b.db'],
    ['$constructor/a', on('linux'), null],
    ['$TOOL/a', on('linux', { environment: { TOOL: '$HOME' } }), null],
  ])('%s on %o is %s', (location, machine, expected) => {
    expect(expandLocation(location, machine)).toBe(expected);
  });
});

test('what is expanded is absolute, has no variable of the template left, and is the same each time', () => {
  const platform = fc.constantFrom<Platform>('linux', 'macos', 'windows');
  const value = fc.constantFrom('', '/a/b', 'C:\\a', './c', 'd/../..', '~', '/');
  const environment = fc.dictionary(fc.constantFrom('HOME', 'XDG_DATA_HOME', 'OM_DB_PATH', 'BACKUP_DIR'), value);
  const all = builtInTemplates().flatMap(({ destination, parts }) => [
    destination,
    ...parts.map(({ locations }) => locations),
  ]);
  fc.assert(
    fc.property(platform, environment, fc.option(fc.constantFrom('/opt/x', 'C:\\x')), (on, variables, folder) => {
      for (const locations of all) {
        const machine = { platform: on, environment: variables, home: HOMES[on], folder };
        const paths = expandLocations(locations, machine);
        expect(expandLocations(locations, machine)).toEqual(paths);
        expect(new Set(paths).size).toBe(paths.length);
        for (const path of paths) {
          expect(path).toMatch(on === 'windows' ? /^([A-Z]:\\|\\\\)/ : /^\//);
          expect(path).not.toMatch(/[$%]|<folder>|[/\\]\.\.?([/\\]|$)/);
        }
      }
    }),
  );
});

test('the usual locations of the five programs', () => {
  const environment = { OM_DB_PATH: '/srv/om/openmemory.db', BACKUP_DIR: '/mnt/nas/soundbox' };
  const locations = (id: string, platform: Platform, folder: string | null = null) => {
    const template = builtInTemplate(id);
    const machine = on(platform, { environment, folder });
    return {
      sources: template?.parts.flatMap((part) => (part.optional ? [] : expandLocations(part.locations, machine))),
      destination: template && expandLocations(template.destination, machine)[0],
    };
  };
  expect(locations('hone', 'linux')).toEqual({
    sources: ['/home/ann/.local/share/hone/hone.db'],
    destination: '/home/ann/.local/share/hone/backups',
  });
  expect(locations('hone', 'macos').destination).toBe('/Users/ann/Library/Application Support/hone/backups');
  expect(locations('hone', 'windows').destination).toBe('C:\\Users\\ann\\AppData\\Local\\hone\\backups');
  expect(locations('portunus', 'linux', '/srv/portunus')).toEqual({
    sources: ['/srv/portunus/state.db', '/var/lib/portunus/state.db'],
    destination: '/var/backups/portunus',
  });
  expect(locations('openmemory', 'linux', '/srv/om/backend')).toEqual({
    sources: ['/srv/om/openmemory.db', '/srv/om/backend/data/openmemory.db'],
    destination: '/srv/om/backend/data/backups',
  });
  expect(locations('soundbox', 'linux')).toEqual({
    sources: ['/opt/soundbox/soundbox.db'],
    destination: '/mnt/nas/soundbox',
  });
  expect(locations('pisovereign', 'linux')).toEqual({
    sources: [
      '/var/lib/pisovereign/pisovereign.db',
      '/etc/pisovereign/config.toml',
      '/opt/vault/data',
      '/dev/mmcblk0',
      '/dev/nvme0n1',
    ],
    destination: '/backup/pisovereign',
  });
});
