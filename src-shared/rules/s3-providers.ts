import type { S3Provider } from '../model/destination.ts';

/** What is known of a provider: enough to fill in everything but the bucket and the keys. */
export interface S3Preset {
  readonly title: string;
  /** The endpoint with `{region}` and `{account}` to be filled in; `null`: the SDK knows it, or it is the user's own. */
  readonly endpoint: string | null;
  /** What has to be known for the endpoint. */
  readonly asks: readonly ('endpoint' | 'account' | 'region')[];
  /** What `{account}` is called there. */
  readonly accountLabel: string | null;
  /** The region that is right unless another is chosen. */
  readonly region: string;
  readonly pathStyle: boolean;
  readonly conditionalWrites: boolean;
  readonly objectLock: boolean;
  /** What a person should know before choosing it; one sentence. */
  readonly note: string | null;
}

/** The providers in the order they are offered. Whatever is not sure to work is off: the driver does without it. */
export const S3_PRESETS: Readonly<Record<S3Provider, S3Preset>> = {
  aws: {
    title: 'Amazon S3',
    endpoint: null,
    asks: ['region'],
    accountLabel: null,
    region: 'us-east-1',
    pathStyle: false,
    conditionalWrites: true,
    objectLock: true,
    note: null,
  },
  minio: {
    title: 'MinIO',
    endpoint: null,
    asks: ['endpoint'],
    accountLabel: null,
    region: 'us-east-1',
    pathStyle: true,
    conditionalWrites: true,
    objectLock: true,
    note: null,
  },
  r2: {
    title: 'Cloudflare R2',
    endpoint: 'https://{account}.r2.cloudflarestorage.com',
    asks: ['account'],
    accountLabel: 'Account ID',
    region: 'auto',
    pathStyle: true,
    conditionalWrites: true,
    objectLock: false,
    note: 'R2 locks objects by bucket rules, not per upload.',
  },
  b2: {
    title: 'Backblaze B2',
    endpoint: 'https://s3.{region}.backblazeb2.com',
    asks: ['region'],
    accountLabel: null,
    region: 'us-west-004',
    pathStyle: true,
    conditionalWrites: false,
    objectLock: true,
    note: 'B2 keeps hidden versions of deleted files until a lifecycle rule of the bucket removes them.',
  },
  supabase: {
    title: 'Supabase Storage',
    endpoint: 'https://{account}.storage.supabase.co/storage/v1/s3',
    asks: ['account', 'region'],
    accountLabel: 'Project reference',
    region: 'us-east-1',
    pathStyle: true,
    conditionalWrites: false,
    objectLock: false,
    note: 'Each project limits the file size. For larger databases, raise the limit in its storage settings.',
  },
  gcs: {
    title: 'Google Cloud Storage',
    endpoint: 'https://storage.googleapis.com',
    asks: [],
    accountLabel: null,
    region: 'auto',
    pathStyle: true,
    conditionalWrites: false,
    objectLock: false,
    note: 'Needs HMAC keys. Create them under Settings, Interoperability.',
  },
  custom: {
    title: 'Other S3-compatible server',
    endpoint: null,
    asks: ['endpoint', 'region'],
    accountLabel: null,
    region: 'us-east-1',
    pathStyle: true,
    conditionalWrites: false,
    objectLock: true,
    note: null,
  },
};

/** What a preset fills in of the settings of a destination. */
export interface S3Filled {
  endpoint: string | null;
  region: string;
  pathStyle: boolean;
  conditionalWrites: boolean;
}

/**
 * Fills in what a provider's preset knows.
 * @param answers what the preset {@link S3Preset.asks | asks} for; an empty region stands for the preset's own
 * @returns `undefined` when an answer is still missing
 */
export function fillPreset(
  provider: S3Provider,
  answers: { endpoint?: string; account?: string; region?: string },
): S3Filled | undefined {
  const { endpoint, asks, region: usual, pathStyle, conditionalWrites } = S3_PRESETS[provider];
  const own = answers.endpoint?.trim() ?? '';
  const account = answers.account?.trim() ?? '';
  const region = answers.region?.trim() || usual;
  if (asks.includes('endpoint') && own === '') return undefined;
  if (asks.includes('account') && !/^[\w-]+$/.test(account)) return undefined;
  const known = endpoint?.replace('{account}', account).replace('{region}', region) ?? null;
  return { endpoint: asks.includes('endpoint') ? own : known, region, pathStyle, conditionalWrites };
}
