import type { RestoreGuard } from '../../model/restore/restore.ts';

/** What a database says of its own version. */
export interface SchemaState {
  /** What the plan's question was answered; `null`: there is none, or it was not answered. */
  schemaVersion: string | null;
  /** 0: the program keeps none. */
  userVersion: number;
  applicationId: number;
  schemaHash: string;
}

/** What a snapshot is held against. */
export interface GuardInput {
  snapshot: SchemaState;
  /** What stands where it would go; `null`: nothing that can be read and has tables. */
  live: SchemaState | null;
  /** The version the program that will open it expects, as its caller says; `null`: nobody said. */
  expects: string | null;
}

/**
 * Whether a snapshot fits the database it would replace and the program that will open it: programs migrate what is
 * older, and none understands what is newer. The worst of the two answers counts.
 */
export function guardRestore({ snapshot, live, expects }: GuardInput): RestoreGuard {
  const answers: Array<Pick<RestoreGuard, 'state' | 'message'>> = [];
  if (expects !== null) {
    const version = snapshot.schemaVersion ?? String(snapshot.userVersion);
    answers.push(compare(version, expects, 'which the program expects'));
  }
  if (live !== null) answers.push(againstLive(snapshot, live));
  const worst = ORDER.map((state) => answers.find((answer) => answer.state === state)).find(Boolean);
  return {
    ...(worst ?? { state: 'unknown', message: 'No schema version to compare with.' }),
    warning: live === null ? null : otherApplication(snapshot, live),
  };
}

const ORDER: ReadonlyArray<RestoreGuard['state']> = ['newer', 'older', 'same', 'unknown'];

function againstLive(snapshot: SchemaState, live: SchemaState): Pick<RestoreGuard, 'state' | 'message'> {
  if (snapshot.schemaVersion !== null && live.schemaVersion !== null)
    return compare(snapshot.schemaVersion, live.schemaVersion, 'which the database has now');
  if (snapshot.userVersion !== 0 || live.userVersion !== 0) {
    const answer = compare(String(snapshot.userVersion), String(live.userVersion), 'which the database has now');
    if (answer.state !== 'same' || snapshot.schemaHash === live.schemaHash) return answer;
    return { state: 'same', message: `Both have version ${live.userVersion}, but their schemas differ.` };
  }
  if (snapshot.schemaHash === live.schemaHash) return { state: 'same', message: 'The schema is the same.' };
  return { state: 'unknown', message: 'The schemas differ, and neither has a version.' };
}

function compare(version: string, with_: string, whose: string): Pick<RestoreGuard, 'state' | 'message'> {
  const order = compareVersions(version, with_);
  if (order > 0) {
    return {
      state: 'newer',
      message: `The snapshot is newer: its schema has version ${version}, not ${with_}, ${whose}. An older program may damage it.`,
    };
  }
  if (order === 0) return { state: 'same', message: `The schema has the same version (${version}).` };
  return {
    state: 'older',
    message: `The snapshot is older: the program must migrate it from ${version} to ${with_}, ${whose}.`,
  };
}

const WHOLE = /^-?\d{1,30}$/;
const inOrder = new Intl.Collator('en', { numeric: true });

/** Which of two versions comes later: as numbers where both are, and else as names with numbers in them are sorted. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [one.trim(), other.trim()];
  if (WHOLE.test(left) && WHOLE.test(right))
    return Number(BigInt(left) > BigInt(right)) - Number(BigInt(left) < BigInt(right));
  return inOrder.compare(left, right);
}

function otherApplication(snapshot: SchemaState, live: SchemaState): string | null {
  if (snapshot.applicationId === live.applicationId) return null;
  return `The snapshot seems to be from another program: its application_id is ${snapshot.applicationId}, that of the database is ${live.applicationId}.`;
}
