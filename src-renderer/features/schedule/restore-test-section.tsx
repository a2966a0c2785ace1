import { ActionIcon, Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { PlanSummary, SqlCheck } from '../../../src-shared/model/plan.ts';
import { momentLabel } from '../../../src-shared/words/moments.ts';
import { durationInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Section } from '../../components/layout/section.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { Pill } from '../../components/status/pill.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { useAnswer } from '../../stores/core.ts';
import type { PlanFormApi } from '../plan-form/use-plan-form.ts';
import { ScheduleEditor } from './schedule-editor.tsx';
import { ScheduleState } from './schedule-state.tsx';

const OPERATORS: SqlCheck['operator'][] = ['=', '<>', '>', '>=', '<', '<='];
const FRESH: SqlCheck = { name: '', sql: '', operator: '>=', value: '1' };

/** The schedule, custom checks and results of a plan's restore tests. */
export function RestoreTestSection({ summary, form }: { summary: PlanSummary; form: PlanFormApi }) {
  const restoreTest = form.values.restoreTest ?? summary.plan.restoreTest;
  const start = () => client.call('restoreTests.start', { planId: summary.plan.id });
  return (
    <Section
      title="Restore tests"
      actions={
        <ActionButton variant="default" act={start} disabled={summary.newest === null}>
          Run restore test now
        </ActionButton>
      }
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Downloads the newest snapshot, restores it to a temporary location and checks all of it.
        </Text>
        <ScheduleEditor
          label="Test frequency"
          schedule={restoreTest.schedule}
          timeZone={form.values.timeZone}
          onChange={(schedule) => form.setFieldValue('restoreTest.schedule', schedule)}
          withoutChanges
        />
        <ScheduleState status={{ ...summary.restoreTest.schedule, nextTime: null }} />
        <NumberInput
          label="Require a restore test every (days)"
          description="Optional. The plan is unverified when the last restore test is older."
          min={1}
          max={3650}
          w="100%"
          maw={440}
          value={restoreTest.withinDays ?? ''}
          onChange={(days) =>
            form.setFieldValue('restoreTest.withinDays', typeof days === 'number' && days > 0 ? days : null)
          }
        />
        <Checks form={form} checks={restoreTest.checks} />
        <Receipts planId={summary.plan.id} />
      </Stack>
    </Section>
  );
}

/** The custom checks of a restore test. */
function Checks({ form, checks }: { form: PlanFormApi; checks: readonly SqlCheck[] }) {
  const field = (index: number, name: keyof SqlCheck) => form.getInputProps(`restoreTest.checks.${index}.${name}`);
  return (
    <>
      {checks.map((_, index) => (
        // Checks are identified by their position.
        // biome-ignore lint/suspicious/noArrayIndexKey: they are only added at the end and removed
        <Group key={index} gap="xs" align="end" role="group" aria-label={`Check ${index + 1}`}>
          <TextInput label="Name" w={140} {...field(index, 'name')} />
          <TextInput
            label="SQL query"
            placeholder="SELECT count(*) FROM accounts"
            flex="1 1 240px"
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            {...field(index, 'sql')}
          />
          <Select label="Operator" w={76} data={OPERATORS} allowDeselect={false} {...field(index, 'operator')} />
          <TextInput label="Value" w={100} {...field(index, 'value')} />
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={`Remove check ${index + 1}`}
            onClick={() => form.removeListItem('restoreTest.checks', index)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem('restoreTest.checks', FRESH)}
        >
          Add custom check
        </Button>
      </Group>
    </>
  );
}

function Receipts({ planId }: { planId: string }) {
  const answer = useAnswer('restoreTests.list', { planId });
  const now = useNow();
  if (answer.error !== null) return <Pending answer={answer} />;
  const receipts = answer.value ?? [];
  if (receipts.length === 0) return null;
  return (
    <ul className="receipts" aria-label="Last restore tests">
      {receipts.slice(0, 5).map((receipt) => (
        <li key={receipt.runId}>
          <Pill tone={receipt.valid ? 'good' : 'bad'}>{receipt.valid ? 'Restored' : 'Failed'}</Pill>
          <span>{momentLabel(receipt.at, now)}</span>
          <span>{receipt.snapshotName}</span>
          <span>{durationInWords(receipt.durationMs)}</span>
          <span>
            {receipt.checks.length > 0 &&
              `${receipt.checks.filter(({ passed }) => passed).length} of ${receipt.checks.length} checks`}
          </span>
          {receipt.warning !== null && <span className="wraps">{receipt.warning}</span>}
        </li>
      ))}
    </ul>
  );
}
