import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import type { PrunedSnapshot } from '../../../src-shared/model/prune.ts';
import { lastBeforeFreshGap, manyAtOnce } from '../../../src-shared/retention/prune-brake.ts';
import {
  decideRetention,
  type RetainedSnapshot,
  type RetentionDecision,
} from '../../../src-shared/retention/retention.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { KeptCopy, KeptSnapshot } from '../catalog/repos/kept-repo.ts';
import {
  type CopyKey,
  calendarOf,
  isAwaited,
  replaceableCopies,
  retentionsOf,
  toRetainedAt,
  unwantedCopies,
} from '../copies/wanted-copies.ts';
import type { CoreContext } from '../core-context.ts';
import { announcedUpTo, type FoundBrake, findBrake, newestOrder, weighed, withReasons } from './prune-brakes.ts';

/** What is decided of a plan's copies. */
export interface PruneDecisions {
  removed: PrunedSnapshot[];
  kept: PrunedSnapshot[];
  brakes: FoundBrake[];
}

/** Who asks: the automation after a run, a person, or a person who has the brake reviewed. */
type PruneMode = 'automatic' | 'manual' | 'review';

/**
 * Decides what a prune of a plan removes at each of its destinations. Nothing is changed by it.
 * @param options `retention`: replaces the plan's own
 */
export function decidePrune(
  core: CoreContext,
  plan: Plan,
  options: { retention?: Retention | undefined; mode: PruneMode },
): PruneDecisions {
  return new PruneDecider(core, { ...plan, retention: options.retention ?? plan.retention }, options.mode).decide();
}

/** One copy of a snapshot as previews and results name it: a missing one takes no space. */
export function toPruned(
  snapshot: Pick<KeptSnapshot, 'id' | 'name' | 'createdAt' | 'diskBytes'>,
  reasons: string[],
  destination: PrunedSnapshot['destination'],
  state: KeptCopy['state'] = 'stored',
): PrunedSnapshot {
  const { id, name, createdAt, diskBytes } = snapshot;
  const sizeBytes = state === 'missing' ? 0 : diskBytes;
  return { id, name, createdAt, sizeBytes, reasons, destination, toTrash: false };
}

/** Whether something of a copy is at its destination, as far as is known, or was. */
function isThere({ state }: Pick<KeptCopy, 'state'>): boolean {
  return state === 'stored' || state === 'missing';
}

/** A snapshot at one destination, and what the policy says of it. */
interface Decided {
  snapshot: KeptSnapshot;
  state: KeptCopy['state'];
  decision: RetentionDecision;
}

class PruneDecider {
  readonly #core: CoreContext;
  readonly #plan: Plan;
  readonly #mode: PruneMode;
  readonly #snapshots: ReadonlyMap<string, KeptSnapshot>;
  readonly #unwanted: ReadonlySet<string>;
  /** Missing copies that are not for a person to let go: they will be made again. */
  readonly #replaceable: ReadonlySet<string>;
  readonly #gone = new Set<string>();
  readonly #result: PruneDecisions = { removed: [], kept: [], brakes: [] };

  constructor(core: CoreContext, plan: Plan, mode: PruneMode) {
    this.#core = core;
    this.#plan = plan;
    this.#mode = mode;
    const snapshots = core.catalog.kept.ofPlan(plan.id);
    this.#snapshots = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
    this.#unwanted = new Set(unwantedCopies(core, plan, snapshots).map(keyOf));
    this.#replaceable = new Set(replaceableCopies(core.clock, plan, snapshots).map(keyOf));
  }

  decide(): PruneDecisions {
    for (const { destinationId, retention } of retentionsOf(this.#plan)) {
      const destination = this.#core.catalog.destinations.get(destinationId);
      if (destination !== undefined) this.#decideAt(destination, retention);
    }
    this.#keepElsewhere();
    return this.#result;
  }

  #decideAt(destination: StoredDestination, retention: Retention): void {
    const { id, name } = destination;
    const decided = this.#policyAt(id, retention);
    const going = decided.filter(
      ({ snapshot, decision }) => !decision.keep && !this.#isOnlySourceOfWaitingCopy(snapshot.id, id),
    );
    const held = this.#heldAt(destination, retention, decided, going);
    const at = { id, name };
    const leaving = new Set(going.filter(({ snapshot }) => snapshot.order > held).map(({ snapshot }) => snapshot.id));
    for (const { snapshot, state, decision } of decided) {
      if (leaving.has(snapshot.id)) {
        this.#gone.add(keyOf({ snapshotId: snapshot.id, destinationId: id }));
        this.#result.removed.push(toPruned(snapshot, decision.reasons, at, state));
      } else {
        const paused = snapshot.order <= held ? 'pruning-paused' : 'waiting-copy';
        this.#result.kept.push(toPruned(snapshot, decision.keep ? decision.reasons : [paused], at, state));
      }
    }
  }

  #policyAt(destinationId: string, retention: Retention): Decided[] {
    const states = new Map<string, KeptCopy['state']>();
    const retained: RetainedSnapshot[] = [];
    for (const snapshot of this.#snapshots.values()) {
      const copy = snapshot.copies.find((each) => each.destinationId === destinationId);
      if (copy === undefined || !isThere(copy)) continue;
      states.set(snapshot.id, copy.state);
      retained.push(toRetainedAt(snapshot, copy));
    }
    return decideRetention(retained, retention, calendarOf(this.#core.clock, this.#plan)).flatMap((decision) => {
      const snapshot = this.#snapshots.get(decision.id);
      const state = states.get(decision.id);
      if (snapshot === undefined || state === undefined) return [];
      if (state === 'stored' || decision.keep) return [{ snapshot, state, decision }];
      // That it is missing is not forgotten before a person has seen it.
      const stays =
        this.#mode === 'automatic' || this.#replaceable.has(keyOf({ snapshotId: snapshot.id, destinationId }));
      return stays ? [] : [{ snapshot, state, decision: { ...decision, reasons: ['missing'] } }];
    });
  }

  /** Up to which snapshot, by the order of making, nothing is removed at a destination. */
  #heldAt(destination: StoredDestination, retention: Retention, decided: Decided[], going: Decided[]): number {
    const { id, name } = destination;
    const members = [...this.#snapshots.values()].filter(({ copies }) =>
      copies.some((copy) => copy.destinationId === id && (copy.state === 'stored' || isAwaited(copy))),
    );
    let brake = findBrake(this.#core, this.#plan, id, members);
    let gap = 0;
    if (this.#mode === 'automatic') {
      gap = lastBeforeFreshGap(weighed(members), this.#core.clock.now().getTime());
      const own = decided.filter(({ snapshot, state }) => snapshot.origin === 'own' && state === 'stored');
      const announced = Math.max(announcedUpTo(this.#core, this.#plan.id, id, retention), brake?.snapshot ?? 0, gap);
      const unannounced = going.filter(({ snapshot }) => snapshot.order > announced);
      const many = manyAtOnce(unannounced.length, own.length);
      if (many !== null) brake = withReasons(this.#core, brake, [many], newestOrder(members));
    }
    if (brake !== null) this.#result.brakes.push({ destination: { id, name }, brake });
    return this.#mode === 'review' ? 0 : Math.max(brake?.snapshot ?? 0, gap);
  }

  /** Whether another destination waits for what is stored here alone. */
  #isOnlySourceOfWaitingCopy(snapshotId: string, destinationId: string): boolean {
    const others = this.#copiesOf(snapshotId).filter((copy) => copy.destinationId !== destinationId);
    const key = (copy: KeptCopy): string => keyOf({ snapshotId, destinationId: copy.destinationId });
    const elsewhere = others.some((copy) => copy.state === 'stored' && !this.#gone.has(key(copy)));
    return !elsewhere && others.some((copy) => isAwaited(copy) && !this.#unwanted.has(key(copy)));
  }

  /** What lies at none of the plan's destinations, such as safety snapshots, is not pruned. */
  #keepElsewhere(): void {
    const here = new Set(this.#plan.destinations.map(({ destinationId }) => destinationId));
    const others = [...this.#snapshots.values()].filter(
      ({ copies }) => !copies.some((copy) => here.has(copy.destinationId) && isThere(copy)),
    );
    const retained = others.map((each) => toRetainedAt(each, { state: 'stored', valid: null }));
    const calendar = calendarOf(this.#core.clock, this.#plan);
    const decisions = new Map(decideRetention(retained, this.#plan.retention, calendar).map((each) => [each.id, each]));
    for (const snapshot of others) {
      const decision = decisions.get(snapshot.id);
      const waits = snapshot.copies.some(isAwaited) || decision?.keep !== true;
      this.#result.kept.push(toPruned(snapshot, waits ? ['waiting-copy'] : decision.reasons, null));
    }
  }

  #copiesOf(snapshotId: string): readonly KeptCopy[] {
    return this.#snapshots.get(snapshotId)?.copies ?? [];
  }
}

const keyOf = ({ snapshotId, destinationId }: CopyKey): string => `${snapshotId} ${destinationId}`;
