import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { PlanState } from '../../../src-shared/model/plan.ts';
import { normalTag } from '../../../src-shared/model/tags.ts';
import { needsAttention } from '../../../src-shared/rules/state/attention.ts';

/** What the list of databases can be narrowed to, with the label of each choice. */
export const SHOWN = {
  '': 'All',
  attention: 'Needs attention',
  ok: 'OK',
  running: 'Backing up',
  paused: 'Paused',
  empty: 'No snapshot yet',
  pinned: 'Pinned',
} as const;
export type Shown = keyof typeof SHOWN;
const SHOWN_NAMES = Object.keys(SHOWN) as Shown[];

/** What the list is sorted by. */
export const SORTS = ['state', 'name', 'size', 'last', 'next', 'copies', 'group', 'tags'] as const;
export type Sort = (typeof SORTS)[number];

/** What a person has chosen to see; each is a parameter of the address. */
export interface ListChoice {
  search: string;
  show: Shown;
  /** Empty: all groups. */
  group: string;
  /** Empty: all plans, tagged or not. */
  tag: string;
  sort: Sort;
  descending: boolean;
}

// Made once: comparing builds one each time otherwise.
const natural = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Compares names as people order them: App 2 before App 10. */
export const byNaturalOrder = (a: string, b: string): number => natural.compare(a, b);

/** Compares plans by their states, those that need attention and the worst first, and by name among equals. */
export const byTrouble = (a: PlanSummary, b: PlanSummary): number =>
  Number(needsAttention(b)) - Number(needsAttention(a)) ||
  PlanState.options.indexOf(a.state) - PlanState.options.indexOf(b.state) ||
  byNaturalOrder(a.plan.name, b.plan.name);

/** Returns the parameters of the address as a choice; what it does not know is as if it were not set. */
export function choiceOf(parameters: URLSearchParams): ListChoice {
  const sort = parameters.get('sort') ?? '';
  const show = parameters.get('show') ?? '';
  return {
    search: parameters.get('search') ?? '',
    show: SHOWN_NAMES.find((each) => each === show) ?? '',
    group: parameters.get('group') ?? '',
    tag: normalTag(parameters.get('tag') ?? ''),
    sort: SORTS.find((each) => each === sort.replace(/^-/, '')) ?? 'state',
    descending: sort.startsWith('-'),
  };
}

/** Returns the plans that a choice asks for, in its order; plans that are equal are in the order of their names. */
export function listPlans(
  plans: readonly PlanSummary[],
  { search, show, group, tag, sort, descending }: ListChoice,
  pinned: ReadonlySet<string>,
): PlanSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const compare = COMPARE[sort];
  return plans
    .filter((summary) => isShown(summary, show, pinned))
    .filter(({ plan }) => group === '' || plan.group?.toLowerCase() === group.toLowerCase())
    .filter(({ plan }) => tag === '' || plan.tags.includes(tag))
    .filter((summary) => words.every((word) => searchedText(summary).includes(word)))
    .sort((a, b) => (descending ? compare(b, a) : compare(a, b)) || byNaturalOrder(a.plan.name, b.plan.name));
}

/** Returns the groups of plans, each once whatever the case of its letters. */
export function groupsOf(plans: readonly PlanSummary[]): string[] {
  const groups = new Map<string, string>();
  for (const { plan } of plans)
    if (plan.group !== null && !groups.has(plan.group.toLowerCase())) groups.set(plan.group.toLowerCase(), plan.group);
  return [...groups.values()].sort(byNaturalOrder);
}

/** Returns the tags of plans, each once. */
export const tagsOf = (plans: readonly PlanSummary[]): string[] =>
  [...new Set(plans.flatMap(({ plan }) => plan.tags))].sort(byNaturalOrder);

/** Returns the address of the databases with a tag. */
export const tagAddress = (tag: string): string => `/databases?${new URLSearchParams({ tag })}`;

/** At how many of its destinations a plan has snapshots. */
export const copiesOf = ({ destinations }: PlanSummary): number =>
  destinations.filter(({ snapshotCount }) => snapshotCount > 0).length;

/** The size of a plan's source in its newest snapshot; `null`: there is none. */
export const sizeOf = ({ sizes, newest }: PlanSummary): number | null =>
  sizes.at(-1)?.bytes ?? newest?.imageBytes ?? null;

function isShown(summary: PlanSummary, show: Shown, pinned: ReadonlySet<string>): boolean {
  const { plan, state } = summary;
  if (show === '') return true;
  if (show === 'pinned') return pinned.has(plan.id);
  if (show === 'attention') return needsAttention(summary);
  return show === 'ok' ? state === 'ok' || state === 'ok-one-disk' : state === show;
}

const searchedText = ({ plan, destinations }: PlanSummary): string =>
  [plan.name, plan.sourcePath, plan.group ?? '', ...plan.tags, ...destinations.map(({ name }) => name)]
    .join('\n')
    .toLowerCase();

/** What has no value comes last. */
const byText = (a: string | null | undefined, b: string | null | undefined): number =>
  a == null || b == null ? Number(a == null) - Number(b == null) : a < b ? -1 : a > b ? 1 : 0;

const COMPARE: Record<Sort, (a: PlanSummary, b: PlanSummary) => number> = {
  state: byTrouble,
  name: (a, b) => byNaturalOrder(a.plan.name, b.plan.name),
  size: (a, b) => (sizeOf(a) ?? 0) - (sizeOf(b) ?? 0),
  last: (a, b) => byText(a.lastBackupAt, b.lastBackupAt),
  next: (a, b) => byText(a.schedule.nextTime, b.schedule.nextTime),
  copies: (a, b) => copiesOf(a) - copiesOf(b),
  group: (a, b) =>
    a.plan.group === null || b.plan.group === null
      ? byText(a.plan.group, b.plan.group)
      : byNaturalOrder(a.plan.group, b.plan.group),
  tags: (a, b) => byText(a.plan.tags[0], b.plan.tags[0]) || byText(a.plan.tags.join(), b.plan.tags.join()),
};
