import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { ErrorBody } from '../../../src-shared/contract/errors.ts';
import type { Params } from '../../../src-shared/contract/methods.ts';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import type { KeyInput } from '../../../src-shared/model/encryption.ts';
import { type Drill, KEEP_ALL, type PlanDestination, type Retention } from '../../../src-shared/model/plan.ts';
import type { Schedule } from '../../../src-shared/model/schedule.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import type { PlanDraft } from '../../../src-shared/model/template-use.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { client } from '../../api/client.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { ErrorNotice, errorBody } from '../../components/errors.tsx';
import { KeyForm } from '../../components/key-form.tsx';
import { Page } from '../../components/page.tsx';
import { PathField } from '../../components/path-field.tsx';
import { Section } from '../../components/section.tsx';
import { useAction } from '../../components/use-action.ts';
import { useMounted } from '../../components/use-mounted.ts';
import { useDestinationsStore } from '../../stores/destinations-store.ts';
import { RetentionProjection } from '../retention/projection.tsx';
import { RetentionFields } from '../retention/retention-fields.tsx';
import { ScheduleEditor } from '../schedule/schedule-editor.tsx';
import { PlanDestinationsField } from './plan-destinations-field.tsx';
import { sealDraftOf, sealOf, sealProblems, sealSecretsOf } from './seal-draft.ts';
import { SealFields } from './seal-fields.tsx';
import { SnapshotFields } from './snapshot-fields.tsx';
import { SourceDrop } from './source-drop.tsx';
import { SourceFacts } from './source-facts.tsx';
import { TemplateChoice } from './template-choice.tsx';

/** Makes a plan, and the first backup with it. */
export function NewPlanPage() {
  const [sourcePath, setSourcePath] = useState('');
  const [key, setKey] = useState<KeyInput | null>(null);
  const { source, problem, looking } = useSource(sourcePath, key);
  // Whatever keeps a key from being read, another one can be given right there.
  const locked =
    source?.encryption?.locked === true || problem?.code === 'BAD_KEY' || (key !== null && problem !== null);
  const choose = (path: string): void => {
    setKey(null);
    setSourcePath(path);
  };
  const [name, setName] = useState<string | null>(null);
  const [folder, setFolder] = useState('');
  const [others, setOthers] = useState<PlanDestination[]>([]);
  const [seal, setSeal] = useState(() => sealDraftOf(null));
  const known = useDestinationsStore((state) => state.destinations);
  const [compression, setCompression] = useState<Compression>('gz');
  const [method, setMethod] = useState<BackupMethod>('online');
  const [schedule, setSchedule] = useState<Schedule>({ kind: 'daily', time: '02:00' });
  const [timeZone, setTimeZone] = useState<string | null>(null);
  const [retention, setRetention] = useState<Retention>({
    ...KEEP_ALL,
    keepLast: 7,
    daily: 30,
    weekly: 12,
    monthly: 12,
  });
  const [verify, setVerify] = useState(true);
  const [drill, setDrill] = useState<Drill | null>(null);
  const fillIn = (draft: PlanDraft): void => {
    if (draft.sourcePath !== null) choose(draft.sourcePath);
    if (draft.destinationPath !== null) setFolder(draft.destinationPath);
    setName(draft.name);
    setCompression(draft.compression);
    setSchedule(draft.schedule);
    setTimeZone(draft.timeZone);
    setRetention(draft.retention);
    setDrill(draft.drill);
  };
  const [, navigate] = useLocation();
  const mounted = useMounted();
  const action = useAction('here');
  const planName = name ?? source?.suggestedPlanName ?? '';
  const destinations = chosenDestinations(folder, others, known ?? []);
  const noDump = source?.encryption != null && seal.kind === 'none';
  const ready =
    source !== null &&
    !(noDump && method === 'dump') &&
    !locked &&
    planName.trim() !== '' &&
    destinations.length > 0 &&
    !sealProblems(seal, false).blocked;

  const create = (): void => {
    action.run(async () => {
      const sealSecrets = sealSecretsOf(seal);
      const plan = await client.call('plans.create', {
        name: planName,
        sourcePath,
        destinations,
        seal: sealOf(seal),
        ...(sealSecrets === undefined ? {} : { sealSecrets }),
        compression,
        method,
        schedule,
        timeZone,
        retention,
        verifyAfterBackup: verify,
        ...(drill === null ? {} : { drill }),
        ...(key === null || source?.encryption == null ? {} : { key }),
      });
      await client.call('backups.start', { planId: plan.id });
      // Who has gone elsewhere meanwhile is not called back.
      if (mounted.current) navigate(`/plans/${plan.id}`);
    });
  };

  return (
    <Page title="New plan">
      <Stack gap="lg" maw={760}>
        <TemplateChoice onDraft={fillIn} />
        <Section title="Database">
          <SourceDrop onPath={choose}>
            <PathField
              kind="database"
              label="Database file"
              placeholder="/home/you/.local/share/app/app.db"
              value={sourcePath}
              onChange={choose}
            />
            {looking && (
              <Group gap="sm">
                <Text size="sm" c="dimmed" role="status">
                  Looking into it …
                </Text>
                <Button variant="subtle" size="compact-sm" onClick={() => choose('')}>
                  Cancel
                </Button>
              </Group>
            )}
            {problem !== null && <ErrorNotice error={problem} />}
            {locked && (
              <KeyForm
                key={sourcePath}
                label="Key of the database"
                description="It is encrypted. A passphrase, or a raw key in hexadecimal digits."
                action="Unlock"
                pending={looking}
                onKey={setKey}
              />
            )}
            {source !== null && !locked && <SourceFacts source={source} />}
          </SourceDrop>
        </Section>
        <Section title="Where and how">
          <Stack gap="md">
            <TextInput
              label="Name of the plan"
              value={planName}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={80}
            />
            <PathField
              kind="folder"
              label="Folder for the snapshots"
              description="On another disk or a network share, it survives this disk."
              placeholder="/mnt/nas/backups"
              value={folder}
              onChange={setFolder}
            />
            <PlanDestinationsField
              label={folder.trim() === '' ? 'Or destinations you know' : 'And copied to'}
              value={others}
              onChange={setOthers}
              madeHere={folder.trim() === ''}
            />
            <SnapshotFields
              label="Format"
              method={method}
              onMethod={setMethod}
              noDump={noDump}
              compression={compression}
              onCompression={setCompression}
              verify={verify}
              onVerify={setVerify}
            />
            <Disclosure title={`Encryption of snapshots: ${SEAL_WORDS[seal.kind]}`}>
              <SealFields value={seal} onChange={setSeal} kept={false} encrypted={source?.encryption != null} />
            </Disclosure>
          </Stack>
        </Section>
        <Section title="When">
          <ScheduleEditor
            label="Back up"
            schedule={schedule}
            timeZone={timeZone}
            onChange={setSchedule}
            onTimeZone={setTimeZone}
          />
        </Section>
        <Section title="What is kept">
          <Stack gap="md">
            <RetentionFields value={retention} onChange={setRetention} />
            <RetentionProjection
              schedule={schedule}
              timeZone={timeZone}
              retention={retention}
              snapshotBytes={Math.round((source?.sizeBytes ?? 0) / 2)}
            />
          </Stack>
        </Section>
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group justify="flex-end">
          <Button size="md" disabled={!ready} loading={action.pending} onClick={create}>
            Create and back up now
          </Button>
        </Group>
      </Stack>
    </Page>
  );
}

const SEAL_WORDS = { none: 'none', passphrase: 'with a passphrase', recipients: 'for age recipients' } as const;

/** The folder first, unless it is one of the destinations already. */
function chosenDestinations(
  folder: string,
  others: readonly PlanDestination[],
  known: readonly DestinationSummary[],
): Params<'plans.create'>['destinations'] {
  const path = folder.trim();
  const there = known.find(({ destination: { settings } }) => settings.kind === 'folder' && settings.path === path);
  const twice = others.some(({ destinationId }) => destinationId === there?.destination.id);
  return path === '' || twice ? [...others] : [{ path }, ...others];
}

interface LookedAt {
  source: SourceDescription | null;
  problem: ErrorBody | null;
  looking: boolean;
}

/** Opens a database as soon as its path is known and says what it is. */
function useSource(path: string, key: KeyInput | null): LookedAt {
  const [looked, setLooked] = useState<LookedAt>({ source: null, problem: null, looking: false });
  useEffect(() => {
    if (path.trim() === '') return setLooked({ source: null, problem: null, looking: false });
    const abort = new AbortController();
    setLooked({ source: null, problem: null, looking: true });
    // While a path is typed, each letter would be looked up: only a pause is.
    const timer = setTimeout(() => {
      client
        .call('sources.describe', { path: path.trim(), ...(key === null ? {} : { key }) }, { signal: abort.signal })
        .then((source) => setLooked({ source, problem: null, looking: false }))
        .catch((error: unknown) => {
          if (!abort.signal.aborted) setLooked({ source: null, problem: errorBody(error), looking: false });
        });
    }, 250);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [path, key]);
  return looked;
}
