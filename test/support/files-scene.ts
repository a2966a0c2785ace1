import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Core } from '../../src-main/core/core.ts';
import type { HostPorts } from '../../src-main/core/ports.ts';
import type { Plan, PlanInput } from '../../src-shared/model/plan.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { temporaryFolder } from './temp-folder.ts';
import { startTestCore, succeed } from './test-core.ts';

/** A core, files that belong to no database, a destination and a plan for them. */
export interface FilesScene {
  folder: string;
  home: string;
  /** The folder of the files. */
  app: string;
  destination: string;
  core: Core;
  plan: Plan;
}

/** The three files of a configuration, as a plan holds them. */
export function configIn(app: string): PlanInput['attachedFiles'] {
  return ['config.toml', 'env', 'backup.toml'].map((file) => ({
    name: file.replace('.', '-'),
    path: join(app, file),
    kind: 'file',
    exclude: [],
  }));
}

/** Writes a configuration of three files, one of them in no text. */
export function writeConfig(app: string, version: number): void {
  writeFileSync(join(app, 'config.toml'), `version = ${version}\n`);
  writeFileSync(join(app, 'env'), `TOKEN=${version}\n`, { mode: 0o600 });
  writeFileSync(join(app, 'backup.toml'), Buffer.from([0, 255, version]));
}

/** Makes a plan of what is in a folder; of a configuration of three files unless something else is said. */
export async function setFilesScene({
  files,
  plan = {},
  ports = {},
}: {
  /** Makes the files and says what the plan holds. */
  files?: (app: string) => PlanInput['attachedFiles'];
  plan?: Partial<PlanInput> & { encryptionSecrets?: { identity: string } };
  ports?: Partial<HostPorts>;
} = {}): Promise<FilesScene> {
  const folder = temporaryFolder();
  const [app, destination, home] = ['app', 'backups', 'home'].map((name) => join(folder, name));
  if (app === undefined || destination === undefined || home === undefined) throw new Error('no folders');
  for (const made of [app, destination]) mkdirSync(made);
  const attachedFiles = (files ?? config)(app);
  const core = await startTestCore(home, ports);
  const made = await core.call('plans.create', {
    name: 'Config',
    sourceKind: 'files',
    sourcePath: dirname(app),
    destinations: [{ path: destination }],
    attachedFiles,
    ...plan,
  });
  return { folder, home, app, destination, core, plan: made };
}

function config(app: string): PlanInput['attachedFiles'] {
  writeConfig(app, 1);
  return configIn(app);
}

/** Looks at the files of a snapshot and puts them back. */
export async function putBackFiles(
  core: Core,
  snapshotId: string,
  more: { attachedFile?: string; paths?: string[]; to?: string; destinationId?: string } = {},
): Promise<Run> {
  const checked = await succeed(core, 'restores.check', { what: 'files', snapshotId, ...more });
  if (checked.result?.kind !== 'files-check') throw new Error('no check');
  const { confirmation } = checked.result.check;
  return succeed(core, 'restores.start', { checkRunId: checked.id, confirmation });
}
