import type { FindLimit, FindReport, FoldedAs, FoundCounts, FoundDatabase } from '../model/found-database.ts';
import { countInWords, listInWords } from './wording.ts';

const FOLDED: Record<FoldedAs, string> = {
  cache: 'cache',
  thumbnails: 'thumbnails',
  telemetry: 'telemetry',
  'website-data': 'data of websites',
  'search-index': 'search index',
  system: 'system',
  trash: 'in the trash',
};

const LIMITS: Record<FindLimit, string> = {
  depth: 'Some folders lie too deep and were not searched.',
  files: 'The search stopped at the maximum number of files.',
  time: 'The search stopped at its time limit.',
  databases: 'The search stopped at the maximum number of databases.',
};

/** Returns where a found database stands, in a word or two. */
export function foundStateInWords({ state, plan, foldedAs }: FoundDatabase): string {
  switch (state) {
    case 'planned':
      return `plan ${plan?.name ?? ''}`;
    case 'ignored':
      return 'ignored';
    case 'folded':
      return foldedAs === null ? '' : FOLDED[foldedAs];
    case 'no-plan':
      return 'no plan';
  }
}

/** Returns how many databases a search has found, in one sentence. */
export function foundCountsInWords(counts: FoundCounts): string {
  const others = [
    counts.planned > 0 ? `${counts.planned} with a plan` : '',
    counts.ignored > 0 ? `${counts.ignored} ignored` : '',
    counts.folded > 0 ? countInWords(counts.folded, 'cache or similar', 'caches and similar') : '',
  ].filter((part) => part !== '');
  const first =
    counts['no-plan'] === 0
      ? 'No databases without a plan'
      : `${countInWords(counts['no-plan'], 'database')} without a plan`;
  return others.length === 0 ? `${first}.` : `${first}, ${listInWords(others)}.`;
}

/** Returns what a search has not read, one sentence each. */
export function unreadInWords({ skipped, limits }: FindReport): string[] {
  const parts = [
    skipped.unreadable > 0
      ? `${countInWords(skipped.unreadable, 'file or folder', 'files and folders')} without permission to read`
      : '',
    skipped.networkMounts > 0 ? countInWords(skipped.networkMounts, 'network share') : '',
  ].filter((part) => part !== '');
  const sentences = limits.map((limit) => LIMITS[limit]);
  return parts.length === 0 ? sentences : [`Skipped ${listInWords(parts)}.`, ...sentences];
}
