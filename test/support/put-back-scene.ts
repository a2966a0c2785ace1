import Database from 'better-sqlite3';
import type { Core } from '../../src-main/core/core.ts';
import type { Params } from '../../src-shared/contract/methods.ts';
import type { PutBackChoices, PutBackPreview, RowsToPutBack } from '../../src-shared/model/rows/put-back.ts';
import type { SqlPiece } from '../../src-shared/model/rows/sql-piece.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { type LocalSnapshot, type Scene, type SceneOptions, setScene, takeBackup } from './scene.ts';
import { succeed } from './test-core.ts';

/** Changes a database as its own program does. */
export function changeLive(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

/** The rows that a query answers, read by a SQLite that is not Snapkeep's. */
export function rowsOf(path: string, sql: string): unknown[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare(sql).raw().all();
  } finally {
    database.close();
  }
}

export const previewOf = ({ core }: Pick<Scene, 'core'>, check: Run): Promise<PutBackPreview> =>
  core.call('rows.putBackPreview', { checkRunId: check.id });

/** The statements of a preview. */
export async function scriptOf({ core }: Pick<Scene, 'core'>, check: Run): Promise<string> {
  let script = '';
  for (let offset: number | null = 0; offset !== null; ) {
    const piece: SqlPiece = await core.call('rows.putBackSql', { checkRunId: check.id, offset });
    script += piece.sql;
    offset = piece.next;
  }
  return script;
}

/** What confirms a preview. */
export const confirmed = async (core: Core, check: Run): Promise<Params<'rows.putBack'>> => ({
  checkRunId: check.id,
  confirmation: (await previewOf({ core }, check)).confirmation,
});

export type PutBackScene = Scene & { snapshot: LocalSnapshot };

/** A scene with a snapshot, and what has happened in the live database since. */
export async function setPutBackScene(since: string, options: SceneOptions = {}): Promise<PutBackScene> {
  const scene = await setScene(options);
  await scene.core.call('settings.update', { lockWaitSeconds: 1 });
  const snapshot = await takeBackup(scene);
  changeLive(scene.source, since);
  return { ...scene, snapshot };
}

/** What previews putting rows of the snapshot back. */
export const orderOf = (
  { plan, snapshot }: PutBackScene,
  rows: RowsToPutBack,
  choices: Partial<PutBackChoices> = {},
): Params<'rows.previewPutBack'> => ({
  source: { snapshotId: snapshot.id },
  target: { planId: plan.id },
  rows: [rows],
  choices,
});

/** Previews putting rows of the snapshot back. */
export const preview = (
  scene: PutBackScene,
  rows: RowsToPutBack,
  choices: Partial<PutBackChoices> = {},
): Promise<Run> => succeed(scene.core, 'rows.previewPutBack', orderOf(scene, rows, choices));
