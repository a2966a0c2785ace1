import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import type { Schedule } from '../../../src-shared/model/schedule.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { scheduleInWords } from '../../../src-shared/words/schedule-words.ts';
import { listInWords } from '../../../src-shared/words/wording.ts';
import type { PlanForm } from '../plan-form/plan-form.ts';

/** A part of a sentence: words, or a name, which may be in any script. */
export type SentencePart = string | { name: string };

/** Returns one sentence that says what a new plan will do. */
export function planInWords(
  form: PlanForm,
  destinations: ReadonlyArray<Pick<DestinationSummary, 'destination'>>,
): SentencePart[] {
  const sources = sourceNames(form);
  const to = destinationNames(form, destinations);
  return [
    ...namesInSentence(sources),
    ` ${sources.length === 1 ? 'is' : 'are'} backed up ${timesInWords(form.schedule)} to `,
    ...namesInSentence(to),
    `, ${listInWords(waysInWords(form))}; retention keeps ${keptInWords(form.retention)}.`,
  ];
}

/** The names of what is backed up: a database with its attached files, or files. */
function sourceNames({ sourceKind, sourcePath, attachedFiles }: PlanForm): string[] {
  const files = attachedFiles.map(({ path }) => fileName(path)).filter((name) => name !== '');
  return sourceKind === 'database' ? [fileName(sourcePath), ...files] : files;
}

function destinationNames(
  { folder, others }: PlanForm,
  destinations: ReadonlyArray<Pick<DestinationSummary, 'destination'>>,
): string[] {
  const names = others.map(
    ({ destinationId }) =>
      destinations.find(({ destination }) => destination.id === destinationId)?.destination.name ?? 'a destination',
  );
  return folder.trim() === '' ? names : [folder.trim(), ...names];
}

function namesInSentence(names: readonly string[]): SentencePart[] {
  return names.flatMap((name, index) => {
    const before = index === 0 ? [] : [index === names.length - 1 ? ' and ' : ', '];
    return [...before, { name }];
  });
}

function timesInWords(schedule: Schedule): string {
  const words = scheduleInWords(schedule, (expression) => `at the times of cron ${expression}`);
  if (schedule.kind === 'manual') return 'only when you start it';
  if (schedule.kind === 'weekly' && words.startsWith('Monday to')) return `from ${words}`;
  if (schedule.kind === 'weekly' && !words.startsWith('Every')) return `on ${words}`;
  return words.slice(0, 1).toLowerCase() + words.slice(1);
}

function waysInWords({ sourceKind, method, compression, encryption, verifyAfterBackup, history }: PlanForm): string[] {
  return [
    ...{ full: [], both: ['with a history'], history: ['as a history'] }[history.storage],
    ...(sourceKind === 'database' && method === 'dump' ? ['as a SQL dump'] : []),
    { gz: 'compressed with gzip', zst: 'compressed with zstd', none: 'uncompressed' }[compression],
    ...{ none: [], passphrase: ['encrypted with a passphrase'], recipients: ['encrypted for age recipients'] }[
      encryption.kind
    ],
    verifyAfterBackup ? 'verified' : 'not verified',
  ];
}

const fileName = (path: string): string => path.trim().split(/[/\\]/).at(-1) ?? '';
