import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeLedger, KEY, makeLedger } from './ledger.ts';
import { run, succeed } from './product.ts';

/** How the snapshots of a scene are made. */
export interface Variant {
  readonly name: string;
  /** Options of `plan add`. */
  readonly options: readonly string[];
  readonly encrypted?: boolean;
  readonly attached?: boolean;
}

export const VARIANTS: readonly Variant[] = [
  { name: 'gzip', options: ['--format', 'gz'] },
  { name: 'zstd', options: ['--format', 'zst'] },
  { name: 'uncompressed', options: ['--format', 'none'] },
  { name: 'attached files', options: ['--format', 'zst'], attached: true },
  { name: 'encrypted', options: ['--format', 'gz'], encrypted: true },
];

/** One of the variants for each number, in turn. */
export function variantOf(number: number): Variant {
  return VARIANTS[number % VARIANTS.length] as Variant;
}

/** The transactions booked in a ledger before the first backup and before each later one. */
const FIRST_TRANSACTIONS = 4000;
const MORE_TRANSACTIONS = 200;
const SNAPSHOTS = 3;
/** The parts of a scene that an attempt changes. */
const PARTS = ['home', 'other-home', 'app', 'near', 'far'] as const;

/** A snapshot as `snapkeep list --json` prints it, as far as the campaign looks at it. */
export interface ListedSnapshot {
  id: string;
  name: string;
  sha256: string;
  missing: boolean;
  trigger: string;
  copies: Array<{ destinationName: string; state: string }>;
}

/** A plan with two folders, three snapshots, and a database that has changed since. The same in each attempt. */
export class Scene {
  readonly variant: Variant;
  readonly #root = mkdtempSync(join(tmpdir(), 'snapkeep-campaign-'));

  private constructor(variant: Variant) {
    this.variant = variant;
  }

  static async make(variant: Variant): Promise<Scene> {
    const scene = new Scene(variant);
    for (const part of PARTS) mkdirSync(scene.path(part));
    makeLedger(scene.database, 'old', FIRST_TRANSACTIONS, scene.key);
    if (variant.attached) makeFiles(scene.path('app/files'), 30);
    await scene.#makePlan();
    for (let n = 0; n < SNAPSHOTS; n++) {
      if (n > 0) changeLedger(scene.database, 'old', MORE_TRANSACTIONS, scene.key);
      await succeed(scene.home, ['backup', 'app'], scene.env);
      await succeed(scene.home, ['run-due'], scene.env);
    }
    changeLedger(scene.database, 'new', MORE_TRANSACTIONS, scene.key);
    cpSync(scene.path('.'), `${scene.#root}.template`, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
    return scene;
  }

  async #makePlan(): Promise<void> {
    const attached = this.variant.attached ? ['--companion', `files=${this.path('app/files')}`] : [];
    const key = this.variant.encrypted ? ['--key-env', 'CAMPAIGN_KEY'] : [];
    const to = ['--to', this.near, '--to', this.far];
    const options = [...this.variant.options, ...attached, ...key];
    await succeed(
      this.home,
      ['plan', 'add', '--name', 'app', '--source', this.database, ...to, '--keep-last', '4', ...options],
      this.env,
    );
  }

  path(name: string): string {
    return join(this.#root, name);
  }

  get home(): string {
    return this.path('home');
  }

  get database(): string {
    return this.path('app/app.db');
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
    return this.variant.encrypted ? { CAMPAIGN_KEY: KEY } : {};
  }

  /** Puts everything back to how it was made. Folders stay, so that what is mounted on them stays too. */
  reset(): void {
    for (const part of PARTS) {
      const folder = this.path(part);
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
      const from = join(`${this.#root}.template`, part);
      for (const name of readdirSync(from))
        cpSync(join(from, name), join(folder, name), {
          recursive: true,
          verbatimSymlinks: true,
          preserveTimestamps: true,
        });
    }
  }

  /** The snapshots that the product lists, the newest first. @throws Error */
  async snapshots(): Promise<ListedSnapshot[]> {
    return JSON.parse(await succeed(this.home, ['list', '--json'], this.env)) as ListedSnapshot[];
  }

  /** Waits until what an attempt has begun is finished: starting the product is what recovers. */
  async recover(): Promise<string | undefined> {
    const { code, stderr } = await run(this.home, ['status'], this.env);
    return code === 0 || code === 1 ? undefined : `The product does not start again: exit code ${code}. ${stderr}`;
  }

  remove(): void {
    for (const folder of [this.#root, `${this.#root}.template`]) rmSync(folder, { recursive: true, force: true });
  }
}

function makeFiles(folder: string, count: number): void {
  for (let n = 0; n < count; n++) {
    mkdirSync(join(folder, `part-${n % 5}`), { recursive: true });
    writeFileSync(join(folder, `part-${n % 5}`, `file-${n}.txt`), `file ${n} `.repeat(50 * (n + 1)));
  }
}
