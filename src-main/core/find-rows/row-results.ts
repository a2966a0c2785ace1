import type {
  FoundRow,
  FoundRows,
  RowSearch,
  RowVersion,
  SearchedSnapshot,
} from '../../../src-shared/model/rows/found-rows.ts';
import { type Sighting, spansOf } from '../../../src-shared/rules/rows/row-history.ts';
import type { LookedUp, RowFindings, SeenRow } from '../engine/rows/search-rows.ts';
import type { KnownRow } from './search-image.ts';

/** So many rows are followed through the snapshots. */
export const MOST_ROWS = 100;
/** How much of the cells of rows is kept, in bytes of JSON. */
const KEPT_BYTES = 8_000_000;

/** Snapshots with the same content, which are searched once. */
export interface SearchedImage {
  /** The newest of them. */
  snapshotId: string;
  bytes: number;
}

/** A snapshot that is to be searched. */
export interface SnapshotToSearch {
  snapshotId: string;
  name: string;
  at: string;
  /** Stands for its content. */
  sha256: string;
  bytes: number;
}

interface FollowedRow {
  table: string;
  key: FoundRow['key'];
  versions: RowVersion[];
  /** The position of the version with this hash. */
  versionOf: Map<string, number>;
  /** By image; what is not there yet is unknown. */
  sightings: Array<Sighting | undefined>;
}

interface ImageState {
  image: SearchedImage;
  state: SearchedSnapshot['state'];
  message: string | null;
  /** All that matches there was listed. */
  complete: boolean;
}

/** Puts together what the images of a plan say of the rows that a search finds. */
export class RowResults {
  readonly #planId: string;
  readonly #search: RowSearch;
  readonly #snapshots: ReadonlyArray<{ snapshot: SnapshotToSearch; image: number }>;
  readonly #images: ImageState[];
  readonly #rows = new Map<string, FollowedRow>();
  readonly #notes = new Set<string>();
  #more = false;
  #columns = 0;
  #bytes = 0;

  /** @param snapshots the newest first */
  constructor(planId: string, search: RowSearch, snapshots: readonly SnapshotToSearch[]) {
    this.#planId = planId;
    this.#search = search;
    const byContent = new Map<string, number>();
    this.#images = [];
    this.#snapshots = snapshots.map((snapshot) => {
      const image = byContent.get(snapshot.sha256) ?? this.#images.length;
      byContent.set(snapshot.sha256, image);
      const { snapshotId, bytes } = snapshot;
      if (image === this.#images.length)
        this.#images.push({ image: { snapshotId, bytes }, state: 'waiting', message: null, complete: false });
      return { snapshot, image };
    });
  }

  get search(): RowSearch {
    return this.#search;
  }

  /** What is to be read, the newest first. */
  get images(): SearchedImage[] {
    return this.#images.map(({ image }) => image);
  }

  /** How many columns were searched in all images. */
  get columns(): number {
    return this.#columns;
  }

  /** Rows of other images of which it is not known whether an image has them. */
  unsettled(image: number): KnownRow[] {
    if (this.#images[image]?.state === 'failed') return [];
    return [...this.#rows.values()].flatMap(({ table, key, sightings }) =>
      key !== null && sightings[image] === undefined ? { table, key } : [],
    );
  }

  /** Takes what an image has answered. @param known the rows that were looked up, with the answers */
  add(image: number, found: RowFindings | null, known: ReadonlyArray<{ row: KnownRow; answer: LookedUp }>): void {
    for (const { row, answer } of known) this.#settle(image, this.#rows.get(identityOf(row)), answer);
    const state = this.#images[image];
    if (found === null || state === undefined) return;
    state.state = 'searched';
    state.complete = !found.more && found.notes.length === 0;
    this.#columns += found.columns;
    this.#more ||= found.more;
    for (const note of found.notes) this.#notes.add(note);
    for (const seen of found.rows) {
      const row = this.#followed(seen);
      if (row === undefined) this.#more = true;
      else this.#settle(image, row, seen);
    }
    // What has no key would have been found, if it were there.
    for (const row of this.#rows.values())
      if (row.key === null && row.sightings[image] === undefined && state.complete) row.sightings[image] = MISSING;
  }

  /** Notes that an image could not be searched. @param message why, as a sentence */
  fail(image: number, message: string): void {
    const state = this.#images[image];
    // What it has said before stays.
    if (state !== undefined && state.state === 'waiting') Object.assign(state, { state: 'failed', message });
  }

  /** What is known so far. */
  found(): FoundRows {
    const rows = [...this.#rows.values()].map(({ table, key, versions, sightings }) => {
      const seen = this.#snapshots.map(({ image }) => sightings[image] ?? this.#unseen(key, image));
      return { table, key, versions, spans: spansOf(seen) };
    });
    return {
      planId: this.#planId,
      search: this.#search,
      snapshots: this.#snapshots.map(({ snapshot: { snapshotId, name, at }, image }) => {
        const { state = 'waiting', message = null } = this.#images[image] ?? {};
        return { snapshotId, name, at, state, message };
      }),
      rows,
      more: this.#more,
      notes: [...this.#notes],
    };
  }

  /** What an image that was searched before a row was found says of it. */
  #unseen(key: FoundRow['key'], image: number): Sighting {
    const searched = this.#images[image];
    // With a key, it may be there with values that do not match: it is looked up.
    return key === null && searched?.state === 'searched' && searched.complete ? MISSING : UNKNOWN;
  }

  #followed(seen: SeenRow): FollowedRow | undefined {
    const identity = identityOf(seen);
    const followed = this.#rows.get(identity);
    if (followed !== undefined || this.#rows.size === MOST_ROWS) return followed;
    const { table, key } = seen;
    const row: FollowedRow = { table, key, versions: [], versionOf: new Map(), sightings: [] };
    this.#rows.set(identity, row);
    return row;
  }

  #settle(image: number, row: FollowedRow | undefined, seen: LookedUp): void {
    if (row === undefined) return;
    if (seen === null) row.sightings[image] = MISSING;
    else
      row.sightings[image] = seen === 'unknown' ? UNKNOWN : { state: 'present', version: this.#versionOf(row, seen) };
  }

  #versionOf(row: FollowedRow, { sha256, columns, cells }: SeenRow): number {
    const known = row.versionOf.get(sha256);
    if (known !== undefined) return known;
    this.#bytes += JSON.stringify(cells).length;
    const version = row.versions.length;
    row.versions.push({ columns, cells: this.#bytes > KEPT_BYTES ? null : cells });
    row.versionOf.set(sha256, version);
    return version;
  }
}

const MISSING: Sighting = { state: 'missing' };
const UNKNOWN: Sighting = { state: 'unknown' };

const identityOf = (row: KnownRow | SeenRow): string =>
  JSON.stringify([row.table.toLowerCase(), row.key === null && 'sha256' in row ? row.sha256 : row.key?.cells]);
