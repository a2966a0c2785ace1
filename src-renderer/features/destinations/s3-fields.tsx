import { Alert, Group, NumberInput, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { S3Provider } from '../../../src-shared/model/destination.ts';
import { S3_PRESETS } from '../../../src-shared/rules/s3-providers.ts';
import { endpointOf, type S3Draft, withProvider } from './destination-draft.ts';
import type { DraftProps } from './field-props.ts';
import { SecretInput } from './secret-input.tsx';

const PROVIDERS = S3Provider.options.map((value) => ({ value, label: S3_PRESETS[value].title }));

/** The provider, bucket and credentials. */
export function S3Fields(props: DraftProps) {
  const { draft, onChange, errorOf } = props;
  const { s3 } = draft;
  const preset = S3_PRESETS[s3.provider];
  const set = (change: Partial<S3Draft>): void => onChange({ ...draft, s3: { ...s3, ...change } });
  const endpoint = endpointOf(s3);
  return (
    <Stack gap="md">
      <Select
        label="Provider"
        data={PROVIDERS}
        value={s3.provider}
        allowDeselect={false}
        onChange={(provider) => onChange({ ...draft, s3: withProvider(s3, provider as S3Provider) })}
      />
      {preset.note !== null && (
        <Alert className="tone-info" icon={<IconInfoCircle size={18} />}>
          {preset.note}
        </Alert>
      )}
      <Group align="flex-start" grow>
        {preset.asks.includes('endpoint') && (
          <TextInput
            label="Endpoint URL"
            placeholder="https://minio.example.org:9000"
            value={s3.endpoint}
            onChange={(event) => set({ endpoint: event.currentTarget.value })}
            error={errorOf('endpoint')}
            spellCheck={false}
          />
        )}
        {preset.accountLabel !== null && (
          <TextInput
            label={preset.accountLabel}
            value={s3.account}
            onChange={(event) => set({ account: event.currentTarget.value })}
            error={errorOf('account')}
            spellCheck={false}
          />
        )}
        {preset.asks.includes('region') && (
          <TextInput
            label="Region"
            placeholder={preset.region}
            value={s3.region}
            onChange={(event) => set({ region: event.currentTarget.value })}
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
          value={s3.bucket}
          onChange={(event) => set({ bucket: event.currentTarget.value })}
          error={errorOf('bucket')}
          spellCheck={false}
        />
        <TextInput
          label="Prefix (optional)"
          description="Empty: at the top."
          placeholder="laptop/app"
          value={s3.prefix}
          onChange={(event) => set({ prefix: event.currentTarget.value })}
          spellCheck={false}
        />
      </Group>
      <Radio.Group
        label="Credentials"
        value={s3.credentials}
        onChange={(credentials) => set({ credentials: credentials as S3Draft['credentials'] })}
      >
        <Stack gap={6} mt={6}>
          <Radio value="stored" label="Enter access key" />
          <Radio value="chain" label="Use credentials of this machine (environment, profile or role)" />
        </Stack>
      </Radio.Group>
      {s3.credentials === 'stored' && (
        <Group align="flex-start" grow>
          <SecretInput name="accessKeyId" label="Access key" {...props} />
          <SecretInput name="secretAccessKey" label="Secret key" {...props} />
        </Group>
      )}
    </Stack>
  );
}

/** Advanced settings of a bucket. */
export function S3AdvancedFields({ draft, onChange }: DraftProps) {
  const { s3 } = draft;
  const lockable = S3_PRESETS[s3.provider].objectLock;
  const set = (change: Partial<S3Draft>): void => onChange({ ...draft, s3: { ...s3, ...change } });
  return (
    <>
      <Switch
        label="Path-style URLs"
        description="Required by most S3-compatible servers other than Amazon S3."
        checked={s3.pathStyle}
        onChange={(event) => set({ pathStyle: event.currentTarget.checked })}
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
          value={s3.encryption}
          onChange={(encryption) => set({ encryption: encryption as S3Draft['encryption'] })}
        />
        {s3.encryption === 'kms' && (
          <TextInput
            label="Key ID"
            placeholder="Account default"
            flex={1}
            value={s3.kmsKeyId}
            onChange={(event) => set({ kmsKeyId: event.currentTarget.value })}
            spellCheck={false}
          />
        )}
      </Group>
      <Group align="flex-start">
        <Select
          label="Object Lock"
          description={lockable ? 'Object Lock must be enabled on the bucket.' : 'Not supported by this provider.'}
          w={360}
          data={[
            { value: '', label: 'Off' },
            { value: 'GOVERNANCE', label: 'Governance: can be removed with permission' },
            { value: 'COMPLIANCE', label: 'Compliance: cannot be removed by anyone' },
          ]}
          allowDeselect={false}
          disabled={!lockable}
          value={s3.objectLock?.mode ?? ''}
          onChange={(mode) =>
            set({
              objectLock:
                mode === 'GOVERNANCE' || mode === 'COMPLIANCE' ? { mode, days: s3.objectLock?.days ?? 30 } : null,
            })
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
            onChange={(days) =>
              typeof days === 'number' &&
              s3.objectLock !== null &&
              set({ objectLock: { ...s3.objectLock, days: Math.max(1, days) } })
            }
          />
        )}
      </Group>
    </>
  );
}
