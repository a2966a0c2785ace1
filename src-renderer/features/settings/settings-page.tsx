import { Button, Group, NumberInput, SegmentedControl, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { FocusEvent } from 'react';
import { Link, useLocation } from 'wouter';
import type { Settings } from '../../../src-shared/model/settings.ts';
import './settings.css';
import { client } from '../../api/client.ts';
import { PathField } from '../../components/forms/path-field.tsx';
import { Facts } from '../../components/layout/facts.tsx';
import { Page } from '../../components/layout/page.tsx';
import { Section } from '../../components/layout/section.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { useDialogAbout, useSectionInView } from '../../hooks/address.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer, useInfo, useKept, usePaused } from '../../stores/core.ts';
import { addRun } from '../../stores/runs.ts';
import { ImportDialog } from '../import/import-dialog.tsx';
import { kitStateInWords } from '../recovery-kit/kit-words.ts';
import { PauseMenu } from '../schedule/pause-menu.tsx';
import { TemplatesSection } from '../templates/templates-section.tsx';
import { AlertsSection } from './alerts-section.tsx';
import { SettingSwitch, type SettingsProps } from './setting-switch.tsx';

const THEMES: Array<{ value: Settings['theme']; label: string }> = [
  { value: 'system', label: 'Match system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

/** The settings of the application, its folders and its versions. */
export function SettingsPage() {
  const answer = useAnswer('settings.get', {});
  const info = useInfo();
  const action = useAction();
  const settings = answer.value;
  useSectionInView(settings !== null);
  if (settings === null) return <Pending answer={answer} />;
  const update = (change: Partial<Settings>): void => {
    action.run(async () => {
      await client.call('settings.update', change);
    });
  };
  return (
    <Page title="Settings" wide>
      <div className="settings">
        <Section title="Appearance">
          <SegmentedControl
            aria-label="Theme"
            data={THEMES}
            value={settings.theme}
            onChange={(theme) => update({ theme: theme as Settings['theme'] })}
          />
        </Section>
        <Section title="Restore">
          <NumberInput
            label="Lock timeout (seconds)"
            description="How long a restore waits for a database that another program has locked. After a timeout, nothing is changed."
            min={1}
            max={600}
            maw={360}
            value={settings.lockWaitSeconds}
            onBlur={wholeNumber(1, 600, (lockWaitSeconds) => update({ lockWaitSeconds }))}
          />
          <SafetyFields settings={settings} update={update} />
        </Section>
        <AlertsSection settings={settings} update={update} />
        <SchedulesSection settings={settings} update={update} />
        <TemplatesSection />
        <ScanSection />
        <KitSection />
        {info !== null && (
          <Section title="About">
            <Facts
              facts={[
                ['Snapkeep', `${info.version}, SQLite ${info.versions.sqlite}, Node.js ${info.versions.node}`],
                ['Data folder', <PathText key="data" path={info.dataFolder} />],
                ['Safety snapshots', <PathText key="safety" path={info.safetyFolder} />],
              ]}
            />
          </Section>
        )}
      </div>
    </Page>
  );
}

function SchedulesSection(props: SettingsProps) {
  const info = useInfo();
  const paused = usePaused();
  return (
    <Section title="Schedules" actions={<PauseMenu paused={paused} />}>
      <Stack gap="sm">
        <SettingSwitch {...props} name="notOnBattery" label="Pause schedules on battery power" />
        <SettingSwitch
          {...props}
          name="lowPriority"
          label="Run at low priority"
          description="For machines that do other work: runs take longer and leave the processor to other programs."
        />
        {info?.capabilities.tray && (
          <>
            <SettingSwitch {...props} name="keepInTray" label="Keep Snapkeep in the tray when the window is closed" />
            <SettingSwitch {...props} name="startAtLogin" label="Start at login" />
          </>
        )}
      </Stack>
    </Section>
  );
}

/** Takes a whole number when its field loses the focus. */
const wholeNumber =
  (least: number, most: number, take: (value: number) => void) =>
  (event: FocusEvent<HTMLInputElement>): void => {
    const value = Number(event.currentTarget.value);
    if (Number.isInteger(value) && value >= least && value <= most) take(value);
  };

const GIGABYTE = 1_000_000_000;

/** How long safety snapshots are kept. */
function SafetyFields({ settings, update }: SettingsProps) {
  return (
    <Group align="flex-start" mt="md">
      <NumberInput
        label="Keep safety snapshots (days)"
        description="Includes replaced files. The newest one of each database, file or folder is always kept."
        min={30}
        max={36_500}
        w={280}
        value={settings.safetyKeepDays}
        onBlur={wholeNumber(30, 36_500, (safetyKeepDays) => update({ safetyKeepDays }))}
      />
      <NumberInput
        label="Size limit (GB)"
        description="For all safety snapshots together. Those of the last 30 days are always kept."
        placeholder="No limit"
        min={0}
        decimalScale={3}
        w={280}
        value={settings.safetyMaxBytes === null ? '' : settings.safetyMaxBytes / GIGABYTE}
        onBlur={(event) => {
          const { value } = event.currentTarget;
          if (value === '') update({ safetyMaxBytes: null });
          else if (Number(value) >= 0) update({ safetyMaxBytes: Math.round(Number(value) * GIGABYTE) });
        }}
      />
    </Group>
  );
}

function KitSection() {
  const kit = useKept('recoveryKit.status', (kit) => kit);
  const now = useNow();
  return (
    <Section
      title="Recovery kit"
      actions={
        <Button variant="default" component={Link} to="/recovery-kit">
          Open recovery kit
        </Button>
      }
    >
      <Text size="sm" c="dimmed" className="wraps">
        Explains where your snapshots are stored and how to restore them without Snapkeep or this machine.{' '}
        {kit !== null && kitStateInWords(kit, now)}
      </Text>
    </Section>
  );
}

function ScanSection() {
  const form = useForm({ initialValues: { folder: '' } });
  const folder = form.values.folder.trim();
  const importing = useDialogAbout<string>('import');
  const [, navigate] = useLocation();
  const action = useAction('here');
  const scan = (): void => {
    action.run(async () => {
      const { run } = await client.call('destinations.rescan', { path: folder });
      addRun(run);
      navigate(`/activity/${run.id}`);
    });
  };
  return (
    <Section title="Import backups">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Adds existing backups in a folder to Snapkeep, so that you can verify and restore them. Retention never
          removes imported backups. The folder becomes a destination. To move plans from another machine, recover them
          under <Link to="/storage">Storage</Link>.
        </Text>
        <PathField kind="folder" label="Backup folder" {...form.getInputProps('folder')} value={form.values.folder} />
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group>
          <Button variant="default" disabled={folder === ''} loading={action.pending} onClick={scan}>
            Import snapshots
          </Button>
          <Button variant="default" disabled={folder === ''} onClick={() => importing.open(folder)}>
            Import from other programs…
          </Button>
        </Group>
        {importing.about !== null && <ImportDialog location={{ path: importing.about }} onClose={importing.close} />}
      </Stack>
    </Section>
  );
}
