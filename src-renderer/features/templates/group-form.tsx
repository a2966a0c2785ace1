import { Button, Group, Stack, Text } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { AppliedPart, AppliedTemplate } from '../../../src-shared/model/third-party/template-use.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { startBackups } from '../../api/start-backups.ts';
import { Section } from '../../components/layout/section.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useMounted } from '../../hooks/use-mounted.ts';
import { DestinationChoice } from '../new-plan/destination-choice.tsx';
import { usePlaces } from '../new-plan/use-places.ts';
import { encryptionProblems } from '../plan-form/encryption-draft.ts';
import { EncryptionDisclosure } from '../plan-form/encryption-fields.tsx';
import { emptyForm, newPlanOf, withDraft } from '../plan-form/plan-form.ts';
import { usePlanForm } from '../plan-form/use-plan-form.ts';
import { type PartsChoice, wantedParts } from './group-draft.ts';
import { PartRow } from './part-row.tsx';
import { LeftOut } from './template-choice.tsx';
import { type GroupTemplate, useGroupTemplate } from './use-group-template.ts';
import './templates.css';
import { useAnswer } from '../../stores/core.ts';

/** The parts of a template, each of which becomes a plan, and their destinations. */
export function GroupForm({ template }: { template: AppliedTemplate }) {
  const form = usePlanForm(() => ({ ...emptyForm(), folder: template.destinations[0]?.path ?? '' }));
  const { folder, others, encryption } = form.values;
  const choice = useForm<PartsChoice>({ initialValues: { wanted: {}, paths: {} } });
  const draft = { ...choice.values, folder };
  const { parts, checking, problem } = useGroupTemplate(template, draft);
  const making = useMaking(template.name);
  const wanted = wantedParts(parts, draft);
  const places = usePlaces(
    form,
    wanted.flatMap(({ draft: { sourcePath } }) => sourcePath ?? []),
    false,
  );
  const encrypted = wanted.some((part) => part.draft.keyVariable !== null);
  const ready =
    making.known &&
    wanted.length > 0 &&
    !checking &&
    problem === null &&
    (folder.trim() !== '' || others.length > 0) &&
    !encryptionProblems(encryption, false).blocked;
  const makePlan: MakePlan = (part, key, known) => {
    const planForm = { ...withDraft(emptyForm(), part.draft), key, others, encryption };
    return newPlanOf(planForm, part.draft.name, known, key !== null);
  };
  return (
    <>
      <Section title={`Parts of ${template.name}`}>
        <Parts {...{ choice, parts, wanted, checking, problem }} made={making.made} />
      </Section>
      <Section title="Storage">
        <Stack gap="md">
          <DestinationChoice
            form={form}
            places={{ ...places, suggested: [] }}
            hint=" Each part uses its own subfolder."
          />
          <EncryptionDisclosure form={form} encrypted={encrypted} />
        </Stack>
      </Section>
      {making.error !== null && <ErrorNotice error={making.error} />}
      <Group justify="flex-end" gap="md">
        {making.error !== null && making.made.length > 0 && (
          <Text size="sm" c="dimmed" className="grows">
            {countInWords(making.made.length, 'plan')} created so far. Correct the error to create the others.
          </Text>
        )}
        <Button size="md" disabled={!ready} loading={making.pending} onClick={() => making.start(wanted, makePlan)}>
          {wanted.length === 0
            ? 'Create plans and back up now'
            : `Create ${countInWords(wanted.length, 'plan')} and back up now`}
        </Button>
      </Group>
    </>
  );
}

interface PartsProps extends GroupTemplate {
  choice: UseFormReturnType<PartsChoice>;
  wanted: readonly AppliedPart[];
  /** The ids of the parts whose plans have been created. */
  made: readonly string[];
}

function Parts({ choice, parts, wanted, checking, problem, made }: PartsProps) {
  const left = wanted.flatMap(({ leftOut }) => leftOut);
  const want = (id: string, wants: boolean, path?: string): void =>
    choice.setValues(({ wanted: before, paths }) => ({
      wanted: { ...before, [id]: wants },
      ...(path === undefined ? {} : { paths: { ...paths, [id]: path } }),
    }));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        Each part becomes a plan. The plans form a group that you can pause and back up together.
      </Text>
      <ul className="parts">
        {parts.map((part) => (
          <PartRow
            key={part.id}
            part={part}
            wanted={wanted.includes(part)}
            path={choice.values.paths[part.id] ?? ''}
            checking={checking}
            made={made.includes(part.id)}
            onWanted={(wants) => want(part.id, wants)}
            onPath={(path) => want(part.id, true, path)}
          />
        ))}
      </ul>
      {left.length > 0 && <LeftOut sentences={left} />}
      {problem !== null && <ErrorNotice error={problem} />}
    </Stack>
  );
}

type MakePlan = (
  part: AppliedPart,
  key: KeyInput | null,
  known: Parameters<typeof newPlanOf>[2],
) => ReturnType<typeof newPlanOf>;

/**
 * Creates the plans one after the other, and continues after a failure where it stopped.
 * @param group the group that they form, which is shown at the end
 */
function useMaking(group: string) {
  const { value: known } = useAnswer('destinations.list', {});
  const [made, setMade] = useState<readonly string[]>([]);
  const [planIds, setPlanIds] = useState<readonly string[]>([]);
  const [, navigate] = useLocation();
  const mounted = useMounted();
  const action = useAction('here');
  const start = (wanted: readonly AppliedPart[], makePlan: MakePlan): void =>
    action.run(async () => {
      if (known === null) return;
      const ids = [...planIds];
      for (const part of wanted.filter(({ id }) => !made.includes(id))) {
        const { id } = await client.call('plans.create', makePlan(part, await keyOf(part), known));
        ids.push(id);
        setMade((before) => [...before, part.id]);
        setPlanIds([...ids]);
      }
      await startBackups(ids);
      if (mounted.current) navigate(`/databases?group=${encodeURIComponent(group)}`);
    });
  return { ...action, known: known !== null, made, start };
}

/** The program's own variable, where the database is encrypted. */
async function keyOf({ draft: { keyVariable, sourcePath } }: AppliedPart): Promise<KeyInput | null> {
  if (keyVariable === null || sourcePath === null) return null;
  const { databaseEncryption } = await client.call('sources.describe', { path: sourcePath });
  return databaseEncryption === null ? null : { environment: keyVariable };
}
