import { Spotlight } from '@mantine/spotlight';
import {
  IconAdjustments,
  IconDatabase,
  IconDatabaseExport,
  IconDatabaseSearch,
  IconFileText,
  IconHistory,
  IconHome,
  IconKeyboard,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlus,
  IconServer,
  IconTag,
} from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import { client } from '../../api/client.ts';
import { startBackups } from '../../api/start-backups.ts';
import { showError } from '../../components/messages/errors.tsx';
import { navigate, setParameters } from '../../hooks/address.ts';
import { useKept, usePaused } from '../../stores/core.ts';
import { tagAddress, tagsOf } from '../databases/list-plans.ts';
import { matches } from './matches.ts';

const MOST_TAGS = 7;

interface Command {
  label: string;
  /** Other words for it. */
  also?: string;
  Icon: ComponentType<{ size: number; 'aria-hidden': true }>;
  run(): unknown;
}

const goTo = (page: string) => (): void => navigate(page);

const PAGES: readonly Command[] = [
  { label: 'Home', also: 'overview status', Icon: IconHome, run: goTo('/') },
  { label: 'Databases', also: 'plans', Icon: IconDatabase, run: goTo('/databases') },
  {
    label: 'Databases that need attention',
    also: 'failed overdue problems trouble',
    Icon: IconDatabase,
    run: goTo('/databases?show=attention'),
  },
  {
    label: 'Find databases',
    also: 'search discover programs unprotected',
    Icon: IconDatabaseSearch,
    run: goTo('/databases/find'),
  },
  { label: 'Storage', also: 'destinations', Icon: IconServer, run: goTo('/storage') },
  { label: 'Activity', also: 'runs log history', Icon: IconHistory, run: goTo('/activity') },
  { label: 'Recovery kit', also: 'print save', Icon: IconFileText, run: goTo('/recovery-kit') },
];

/** The sections of the settings, with other words for what is in them. */
const SETTINGS: Readonly<Record<string, string>> = {
  Appearance: 'theme dark light',
  Restore: 'lock timeout safety snapshots limit',
  Alerts: 'mail email webhook ping notifications',
  Schedules: 'pause battery priority login',
  Templates: 'programs import',
  'Import backups': 'scan folder snapshots',
  About: 'version data folder',
};

/** Returns the actions, pages and settings that a query names, by the label of their group. */
export function useCommandResults(query: string): Array<[label: string, results: ReactNode[]]> {
  const paused = usePaused() !== null;
  const plans = useKept('plans.list', (list) => list) ?? [];
  const actions: Command[] = [
    { label: 'New plan', also: 'add database create', Icon: IconPlus, run: goTo('/plans/new') },
    {
      label: 'Recover plans',
      also: 'I already have backups restore new computer machine destination',
      Icon: IconHistory,
      run: goTo('/plans/recover'),
    },
    { label: 'Add destination', also: 'new storage folder bucket server', Icon: IconPlus, run: goTo('/storage/new') },
    ...(plans.length === 0
      ? []
      : [
          {
            label: 'Back up all',
            Icon: IconDatabaseExport,
            run: () => startBackups(plans.map(({ plan }) => plan.id)),
          },
        ]),
    paused
      ? { label: 'Resume all schedules', Icon: IconPlayerPlay, run: () => client.call('schedules.resume', {}) }
      : {
          label: 'Pause all schedules',
          also: 'stop',
          Icon: IconPlayerPause,
          run: () => client.call('schedules.pause', { until: null }),
        },
    {
      label: 'Keyboard shortcuts',
      also: 'keys help',
      Icon: IconKeyboard,
      run: () => setParameters({ over: 'keys' }, { replace: false }),
    },
  ];
  const settings = Object.entries(SETTINGS).map(([section, also]) => ({
    label: `Settings: ${section}`,
    also,
    Icon: IconAdjustments,
    run: goTo(`/settings?section=${encodeURIComponent(section)}`),
  }));
  const tags = tagsOf(plans).map((tag) => ({
    label: `Databases tagged ${tag}`,
    Icon: IconTag,
    run: goTo(tagAddress(tag)),
  }));
  const found = (commands: readonly Command[]) =>
    commands
      .filter(({ label, also = '' }) => matches(query, `${label} ${also}`))
      .map(({ label, Icon, run }) => (
        <Spotlight.Action
          key={label}
          label={label}
          leftSection={<Icon size={18} aria-hidden />}
          onClick={() => void Promise.resolve(run()).catch(showError)}
        />
      ));
  return [
    ['Actions', found(actions)],
    ['Pages', found(PAGES)],
    ['Tags', query.trim() === '' ? [] : found(tags).slice(0, MOST_TAGS)],
    ['Settings', query.trim() === '' ? [] : found(settings)],
  ];
}
