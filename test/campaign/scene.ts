import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Content, contentOf } from './checks.ts';
import { cleanUpLater } from './clean-up.ts';
import { changeLedger, KEY, makeLedger } from './ledger.ts';
import type { Operation } from './operations.ts';
import { succeed } from './product.ts';

/** How the snapshots of a scene are made. */
export interface Variant {
  readonly name: string;
  /** Options of `plan add`. */
  readonly options: readonly string[];
  /** The database is encrypted. */
  readonly encrypted?: boolean;
  readonly attached?: boolean;
}

const PASSPHRASE = 'CAMPAIGN_PASSPHRASE';
const DATABASE_KEY = 'CAMPAIGN_KEY';

export const VARIANTS: readonly Variant[] = [
  { name: 'gzip', options: ['--format', 'gz'] },
  { name: 'attached files', options: ['--format', 'zst'], attached: true },
  { name: 'encrypted database', options: ['--format', 'gz', '--key-env', DATABASE_KEY], encrypted: true },
  { name: 'uncompressed', options: ['--format', 'none'] },
  { name: 'encrypted snapshots', options: ['--format', 'zst', '--encryption-passphrase-env', PASSPHRASE] },
  { name: 'zstd', options: ['--format', 'zst'] },
];

/** The transactions booked in a ledger before the first backup and before each later one. */
const FIRST_TRANSACTIONS = 4000;
const MORE_TRANSACTIONS = 200;
const SNAPSHOTS = 3;
/** The parts of a scene that an attempt changes. */
const PARTS = ['home', 'other-home', 'app', 'near', 'far'] as const;
const COPY = {
  recursive: true,
  verbatimSymlinks: true,
  preserveTimestamps: true,
  // A command that was killed leaves its socket, which cannot be copied.
  filter: (from: string) => !from.endsWith('service.sock'),
} as const;

/** A snapshot as `snapkeep list --json` prints it, as far as the campaign looks at it. */
export interface ListedSnapshot {
  id: string;
  name: string;
  sha256: string;
  missing: boolean;
  trigger: string;
  origin: string;
  copies: Array<{ destinationName: string; state: string; message: string | null }>;
}

/** How a scene is right before an operation. */
export interface Prepared {
  /** What the operation is called with. */
  args: string[];
  snapshots: ListedSnapshot[];
  /** What is at the place of the database; of a run that was killed, once it is settled. */
  content: Content;
  /** Where this is kept, to be put back before each attempt. */
  template: string;
}

/** A plan with two folders, three snapshots, and a database that has changed since. The same in each attempt. */
export class Scene {
  static readonly #made = new Map<Variant, Promise<Scene>>();
  readonly variant: Variant;
  readonly #root = mkdtempSync(join(tmpdir(), 'snapkeep-campaign-'));
  readonly #prepared = new Map<Operation, Prepared>();
  #listed: ListedSnapshot[] = [];
  /** What the plan's snapshots hold, and what is in its place since. */
  readonly contents: { old?: Content; new?: Content } = {};

  private constructor(variant: Variant) {
    this.variant = variant;
    cleanUpLater(() => rmSync(this.#root, { recursive: true, force: true }));
  }

  /** The scene of a variant. There is one of each, for all phases. */
  static of(variant: Variant): Promise<Scene> {
    const scene = Scene.#made.get(variant) ?? Scene.#make(variant);
    Scene.#made.set(variant, scene);
    return scene;
  }

  /** One of the scenes for each number, in turn; what replaces attached files meets some. */
  static numbered(number: number, operation?: Operation): Promise<Scene> {
    const variants = operation?.everything ? VARIANTS.filter(({ attached }) => attached) : VARIANTS;
    return Scene.of(variants[number % variants.length] as Variant);
  }

  static async #make(variant: Variant): Promise<Scene> {
    const scene = new Scene(variant);
    for (const part of PARTS) mkdirSync(scene.path(part));
    makeLedger(scene.database, 'old', FIRST_TRANSACTIONS, scene.key);
    if (variant.attached) makeFiles(scene.files, 30);
    await scene.#makePlan();
    for (let n = 0; n < SNAPSHOTS; n++) {
      if (n > 0) changeLedger(scene.database, 'old', MORE_TRANSACTIONS, scene.key);
      await succeed(scene.home, ['backup', 'app'], scene.env);
    }
    await succeed(scene.home, ['run-due'], scene.env);
    scene.#listed = await scene.snapshots();
    scene.contents.old = contentOf(scene);
    changeLedger(scene.database, 'new', MORE_TRANSACTIONS, scene.key);
    if (variant.attached) makeFiles(scene.files, 7);
    scene.contents.new = contentOf(scene);
    scene.#keep(scene.#base);
    return scene;
  }

  async #makePlan(): Promise<void> {
    const attached = this.variant.attached ? ['--attached-file', `files=${this.files}`] : [];
    const to = ['--to', this.near, '--to', this.far];
    const options = [...this.variant.options, ...attached];
    await succeed(
      this.home,
      ['plan', 'add', '--name', 'app', '--source', this.database, ...to, '--keep-last', '4', ...options],
      this.env,
    );
  }

  path(name: string): string {
    return join(this.#root, name);
  }

  get #base(): string {
    return this.path('template');
  }

  get home(): string {
    return this.path('home');
  }

  get database(): string {
    return this.path('app/app.db');
  }

  get files(): string {
    return this.path('app/files');
  }

  get near(): string {
    return this.path('near');
  }

  get far(): string {
    return this.path('far');
  }

  get key(): string | undefined {
    return this.variant.encrypted ? KEY : undefined;
  }

  get env(): NodeJS.ProcessEnv {
    return { [DATABASE_KEY]: KEY, [PASSPHRASE]: 'eight words that nobody would ever guess' };
  }

  /** Whether a path has to outlive a power cut: all but the staging area and the log. */
  keeps(path: string): boolean {
    const passing = ['staging', 'logs'].map((name) => join(this.home, name, '/'));
    return path.startsWith(join(this.#root, '/')) && !passing.some((folder) => path.startsWith(folder));
  }

  /** Makes everything ready for an operation, the same each time. Folders stay, and what is mounted on them. */
  async ready(operation: Operation): Promise<Prepared> {
    const known = this.#prepared.get(operation) ?? (await this.#prepareFirst(operation));
    this.#putBack(known.template);
    if (operation.preparedAnew) await operation.prepare?.(this);
    return known;
  }

  async #prepareFirst(operation: Operation): Promise<Prepared> {
    this.#putBack(this.#base);
    const prepared: Prepared = { ...(await this.#prepare(operation)), content: contentOf(this) };
    this.#prepared.set(operation, prepared);
    return prepared;
  }

  async #prepare(operation: Operation): Promise<Omit<Prepared, 'content'>> {
    const args = operation.args(this);
    if (operation.prepare === undefined) return { args, snapshots: this.#listed, template: this.#base };
    await operation.prepare(this);
    const template = this.path(`template of ${operation.name}`);
    if (!operation.preparedAnew) this.#keep(template);
    const snapshots = await this.snapshots();
    // What preparing stores is another snapshot each time.
    return operation.preparedAnew
      ? { args, snapshots: this.#listed, template: this.#base }
      : { args, snapshots, template };
  }

  #keep(template: string): void {
    for (const part of PARTS) cpSync(this.path(part), join(template, part), COPY);
  }

  #putBack(template: string): void {
    for (const part of PARTS) {
      const folder = this.path(part);
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
      const from = join(template, part);
      for (const name of readdirSync(from)) cpSync(join(from, name), join(folder, name), COPY);
    }
  }

  /** The newest snapshot of the scene as it was made, or one of those before it. @throws Error */
  snapshot(age: number): ListedSnapshot {
    const found = this.#listed.at(age);
    if (found === undefined) throw new Error('The scene has too few snapshots.');
    return found;
  }

  /** The snapshots that the product lists, the newest first. @throws Error */
  async snapshots(): Promise<ListedSnapshot[]> {
    return JSON.parse(await succeed(this.home, ['list', '--json'], this.env)) as ListedSnapshot[];
  }
}

function makeFiles(folder: string, count: number): void {
  for (let n = 0; n < count; n++) {
    mkdirSync(join(folder, `part-${n % 5}`), { recursive: true });
    writeFileSync(join(folder, `part-${n % 5}`, `file-${n}.txt`), `file ${n} of ${count} `.repeat(50 * (n + 1)));
  }
}
