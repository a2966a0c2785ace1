import { Group, NumberInput, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { S3Provider } from '../../../src-shared/model/destination.ts';
import { S3_PRESETS } from '../../../src-shared/rules/s3-providers.ts';
import { Note } from '../../components/messages/note.tsx';
import { endpointOf, withProvider } from './destination-draft.ts';
import { SecretInput } from './secret-input.tsx';
import type { DestinationFormApi } from './use-destination-form.ts';

const PROVIDERS = S3Provider.options.map((value) => ({ value, label: S3_PRESETS[value].title }));

/** The provider, bucket and credentials. */
export function S3Fields({ form }: { form: DestinationFormApi }) {
  const { s3 } = form.values;
  const preset = S3_PRESETS[s3.provider];
  const endpoint = endpointOf(s3);
  return (
    <Stack gap="md">
      <Select
        label="Provider"
        data={PROVIDERS}
        value={s3.provider}
        allowDeselect={false}
        onChange={(provider) => form.setFieldValue('s3', withProvider(s3, provider as S3Provider))}
      />
      {preset.note !== null && <Note tone="info">{preset.note}</Note>}
      <Group align="flex-start" grow>
        {preset.asks.includes('endpoint') && (
          <TextInput
            label="Endpoint URL"
            placeholder="https://minio.example.org:9000"
            {...form.getInputProps('s3.endpoint')}
            spellCheck={false}
          />
        )}
        {preset.accountLabel !== null && (
          <TextInput label={preset.accountLabel} {...form.getInputProps('s3.account')} spellCheck={false} />
        )}
        {preset.asks.includes('region') && (
          <TextInput
            label="Region"
            placeholder={preset.region}
            {...form.getInputProps('s3.region')}
            spellCheck={false}
          />
        )}
      </Group>
      {endpoint !== null && !preset.asks.includes('endpoint') && (
        <Text size="xs" c="dimmed" className="wraps">
          Address: {endpoint}
        </Text>
      )}
      <Group align="flex-start" grow>
        <TextInput
          label="Bucket"
          description="The bucket must exist."
          {...form.getInputProps('s3.bucket')}
          spellCheck={false}
        />
        <TextInput
          label="Prefix (optional)"
          description="Snapshots are stored below it."
          placeholder="laptop/app"
          {...form.getInputProps('s3.prefix')}
          spellCheck={false}
        />
      </Group>
      <Radio.Group label="Credentials" {...form.getInputProps('s3.credentials')}>
        <Stack gap={6} mt={6}>
          <Radio value="stored" label="Enter access key" />
          <Radio value="chain" label="Use credentials of this machine (environment, profile or role)" />
        </Stack>
      </Radio.Group>
      {s3.credentials === 'stored' && (
        <Group align="flex-start" grow>
          <SecretInput form={form} name="accessKeyId" label="Access key" />
          <SecretInput form={form} name="secretAccessKey" label="Secret key" />
        </Group>
      )}
    </Stack>
  );
}

/** Advanced settings of a bucket. */
export function S3AdvancedFields({ form }: { form: DestinationFormApi }) {
  const { s3 } = form.values;
  const lockable = S3_PRESETS[s3.provider].objectLock;
  return (
    <>
      <Switch
        label="Path-style URLs"
        description="Required by most S3-compatible servers other than Amazon S3."
        {...form.getInputProps('s3.pathStyle', { type: 'checkbox' })}
      />
      <Group align="flex-start">
        <Select
          label="Server-side encryption"
          w={240}
          data={[
            { value: 'none', label: 'Bucket default' },
            { value: 's3', label: 'S3-managed keys (SSE-S3)' },
            { value: 'kms', label: 'KMS key (SSE-KMS)' },
          ]}
          allowDeselect={false}
          {...form.getInputProps('s3.encryption')}
        />
        {s3.encryption === 'kms' && (
          <TextInput
            label="Key ID"
            placeholder="Account default"
            flex={1}
            {...form.getInputProps('s3.kmsKeyId')}
            spellCheck={false}
          />
        )}
      </Group>
      <Group align="flex-start">
        <Select
          label="Object Lock"
          description={lockable ? 'Object Lock must be enabled on the bucket.' : 'Not supported by this provider.'}
          w="100%"
          maw={360}
          data={[
            { value: '', label: 'Off' },
            { value: 'GOVERNANCE', label: 'Governance: can be removed with permission' },
            { value: 'COMPLIANCE', label: 'Compliance: cannot be removed by anyone' },
          ]}
          allowDeselect={false}
          disabled={!lockable}
          value={s3.objectLock?.mode ?? ''}
          onChange={(mode) =>
            form.setFieldValue(
              's3.objectLock',
              mode === 'GOVERNANCE' || mode === 'COMPLIANCE' ? { mode, days: s3.objectLock?.days ?? 30 } : null,
            )
          }
        />
        {s3.objectLock !== null && (
          <NumberInput
            label="Lock period (days)"
            description="Counted from the upload."
            w={130}
            min={1}
            max={36_500}
            allowDecimal={false}
            value={s3.objectLock.days}
            onChange={(days) => typeof days === 'number' && form.setFieldValue('s3.objectLock.days', Math.max(1, days))}
          />
        )}
      </Group>
    </>
  );
}
