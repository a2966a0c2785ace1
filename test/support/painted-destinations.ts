import type {
  DestinationSettings,
  DestinationSummary,
  S3Settings,
  SelfTestReport,
  SftpSettings,
} from '../../src-shared/model/destination.ts';
import type { Plan, PlanSummary } from '../../src-shared/model/plan.ts';
import type { ListedSnapshot, SnapshotCopy } from '../../src-shared/model/snapshot.ts';
import { localDay } from '../../src-shared/schedule/local-calendar.ts';
import { waitingInWords } from '../../src-shared/words/destination-words.ts';

/*
 * Destinations, plans and snapshots as a core would tell them, for pictures of every state at once.
 */

const at = (minutesAgo: number): string => new Date(Date.now() - minutesAgo * 60_000).toISOString();
const idOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** A self-test that ended with an error at its second step, or none. */
function report(error?: { message: string; hint: string }, warnings: string[] = []): SelfTestReport {
  const failed = error && { code: 'PERMISSION' as const, retryable: false, ...error };
  const step = (name: SelfTestReport['steps'][number]['step'], milliseconds: number) => ({
    step: name,
    error: name === 'list' ? (failed ?? null) : null,
    milliseconds,
  });
  const tried = [step('write', 42), step('list', 18), step('read', 7.4), step('delete', 1900)];
  return {
    passed: failed === undefined,
    missing: false,
    steps: failed === undefined ? tried : tried.filter((each) => each.step !== 'read'),
    freeBytes: failed === undefined ? 412_000_000_000 : null,
    warnings,
  };
}

const FOLDER: DestinationSettings = { kind: 'folder', path: '/mnt/nas/backups', bytesPerSecond: null };
export const BUCKET: S3Settings = {
  kind: 's3',
  provider: 'b2',
  endpoint: 'https://s3.us-west-004.backblazeb2.com',
  region: 'us-west-004',
  bucket: 'laptop-backups',
  prefix: 'hone',
  pathStyle: true,
  conditionalWrites: false,
  encryption: { kind: 's3' },
  objectLock: { mode: 'GOVERNANCE', days: 30 },
  credentials: 'stored',
  bytesPerSecond: 2_000_000,
};
export const SERVER: SftpSettings = {
  kind: 'sftp',
  host: 'nas.example.org',
  port: 2222,
  user: 'snapkeep',
  path: '/srv/backups',
  login: { kind: 'key', path: '/home/you/.ssh/id_ed25519' },
  hostKey: 'ssh-ed25519 SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE',
  bytesPerSecond: null,
};
const LABELS = {
  folder: '/mnt/nas/backups',
  s3: 's3://laptop-backups/hone',
  sftp: 'sftp://snapkeep@nas.example.org:2222/srv/backups',
} as const;

function summary(
  number: number,
  name: string,
  settings: DestinationSettings,
  rest: Partial<DestinationSummary>,
): DestinationSummary {
  return {
    destination: { id: idOf(number), name, settings, createdAt: at(90_000), updatedAt: at(9000) },
    label: LABELS[settings.kind],
    state: 'ready',
    reason: 'Available.',
    checkedAt: at(14),
    reachedAt: at(14),
    canReattach: false,
    missingCopies: 0,
    lastTest: { at: at(190), report: report() },
    secretsKnown: settings.kind === 's3' ? ['accessKeyId', 'secretAccessKey'] : [],
    plans: [{ id: idOf(900), name: 'hone' }],
    snapshotCount: 23,
    storedBytes: 84_000_000,
    trashedCopies: 0,
    trashedBytes: 0,
    space: { day: localDay(new Date()), freeBytes: 412_000_000_000, totalBytes: 2_000_000_000_000 },
    recentBytes: Array.from({ length: 20 }, (_, index) => 60_000_000 + index * 1_200_000 + (index % 3) * 400_000),
    growth: { bytesPerWeek: 2_100_000, fullInDays: null },
    waitingCopies: 0,
    nextTryAt: null,
    ...rest,
  };
}

/** Three kinds in every state. */
export const DESTINATIONS: DestinationSummary[] = [
  summary(1, 'NAS', FOLDER, {
    lastTest: {
      at: at(190),
      report: report(undefined, ['This folder is on the same disk as the database of hone: a broken disk takes both.']),
    },
  }),
  summary(2, 'b2-offsite', BUCKET, {
    state: 'failed',
    reason: 'Permission denied for these keys in the bucket laptop-backups/hone.',
    lastTest: {
      at: at(4),
      report: report({
        message: 'Permission denied for these keys in the bucket laptop-backups/hone.',
        hint: 'Grant them list, read, write and delete access, or use other keys.',
      }),
    },
    space: null,
    growth: { bytesPerWeek: 2_100_000, fullInDays: null },
    waitingCopies: 3,
    nextTryAt: at(-34),
  }),
  summary(3, 'Storage box', SERVER, {
    state: 'unavailable',
    reason: 'Marker file of Storage box not found in sftp://snapkeep@nas.example.org:2222/srv/backups.',
    canReattach: true,
    space: { day: localDay(new Date()), freeBytes: 3_100_000_000, totalBytes: 1_000_000_000_000 },
    growth: { bytesPerWeek: 1_200_000_000, fullInDays: 18 },
    waitingCopies: 1,
    snapshotCount: 22,
    nextTryAt: at(-12),
  }),
  summary(4, 'A disk with a name so long that it does not fit on one line of any window there is', FOLDER, {
    state: 'untested',
    reason: 'Not tested yet.',
    label: '/media/you/a-disk-with-a-name-so-long-that-it-does-not-fit/and-a-folder/in-a-folder/backups',
    lastTest: null,
    checkedAt: null,
    reachedAt: null,
    plans: [],
    snapshotCount: 0,
    storedBytes: 0,
    space: null,
    recentBytes: [0],
    growth: null,
  }),
];

/** So many that they scroll. */
export const FORTY: DestinationSummary[] = Array.from({ length: 40 }, (_, index) =>
  summary(100 + index, `Disk ${index + 1}`, FOLDER, {}),
);

function copy(number: number, state: SnapshotCopy['state'], message: string | null = null): SnapshotCopy {
  const { destination } = DESTINATIONS[number] ?? {};
  if (destination === undefined) throw new Error('no such destination');
  return {
    destinationId: destination.id,
    destinationName: destination.name,
    kind: destination.settings.kind,
    name: 'app-2026-11-20-020000-k3f9qa.db.gz',
    state,
    at: at(70),
    message,
    verifiedAt: state === 'stored' ? at(60) : null,
    valid: state === 'stored' ? true : null,
  };
}

/** Snapshots with copies in every state, one of them only beyond this machine, two of them encrypted. */
export function snapshotsLike(one: ListedSnapshot): ListedSnapshot[] {
  const like = (number: number, copies: SnapshotCopy[], rest: Partial<ListedSnapshot> = {}): ListedSnapshot => ({
    ...one,
    id: idOf(500 + number),
    createdAt: at(number * 400),
    copies,
    ...rest,
  });
  const stored = [copy(0, 'stored'), copy(1, 'stored')];
  return [
    like(1, [copy(0, 'stored'), copy(1, 'copying')], { encrypted: 'passphrase' }),
    like(2, [copy(0, 'stored'), copy(1, 'failed', 'The bucket refuses the keys.')], { encrypted: 'recipients' }),
    like(3, [copy(0, 'stored'), copy(2, 'waiting', 'Waiting for nas.example.org.')]),
    like(4, [copy(0, 'missing', 'It was not there when the folder was last read.'), copy(1, 'stored')], { path: null }),
    like(5, [...stored, copy(2, 'stored'), copy(3, 'waiting', 'Waiting for /media/you.')]),
    like(6, stored),
    like(7, [copy(3, 'stored')]),
  ];
}

/** A plan that stores to three of them, with copies that wait. */
export function planLike(one: PlanSummary): PlanSummary {
  const destinations = DESTINATIONS.slice(0, 3).map(({ destination, label, state, reason, waitingCopies }) => ({
    id: destination.id,
    name: destination.name,
    label,
    kind: destination.settings.kind,
    snapshotCount: 23,
    storedBytes: 84_000_000,
    waitingCopies,
    missingCopies: 0,
    reachedAt: at(14),
    failedCopies: 0,
    problem: state === 'ready' ? null : waitingInWords(waitingCopies, destination.name, reason),
  }));
  const retention = { ...one.plan.retention, keepLast: 90, monthly: 24 };
  const plan: Plan = {
    ...one.plan,
    destinations: destinations.map(({ id }, index) => ({
      destinationId: id,
      retention: index === 1 ? retention : null,
    })),
    encryption: { kind: 'passphrase' },
  };
  return { ...one, plan, destinations };
}
