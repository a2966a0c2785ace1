import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { errorCode } from '../../core/engine/engine-errors.ts';
import { defaultDataFolder } from '../../core/process/default-data-folder.ts';
import { readHolder } from '../../core/process/holder.ts';
import { isAlive } from '../../platform/processes.ts';
import { type ServicePlan, serviceManager } from '../../platform/service-manager.ts';
import { concluding, json } from '../command.ts';
import { print } from '../output.ts';

/** `service`: sets up `serve` as a service of this user. */
export function addServiceCommand(program: Command): void {
  const service = program
    .command('service')
    .summary('run Snapkeep in the background of this user')
    .description(
      'Sets up “serve” as a systemd user unit, a LaunchAgent or a scheduled task, with the data folder of this command. Commands and the desktop application use the service while it runs.',
    );
  json(service.command('install').description('install and start the service')).action(concluding(install));
  json(service.command('uninstall').description('stop and remove the service; plans and snapshots stay')).action(
    concluding(uninstall),
  );
  json(service.command('status').description('show whether the service is installed and running')).action(
    concluding(status),
  );
}

function planOfService(): ServicePlan {
  return serviceManager({
    command: [process.execPath, join(import.meta.dirname, 'cli.cjs'), 'serve'],
    dataFolder: defaultDataFolder(),
    home: homedir(),
    uid: process.getuid?.() ?? -1,
    environment: process.env,
  });
}

async function install(): Promise<void> {
  const plan = planOfService();
  mkdirSync(dirname(plan.file), { recursive: true, mode: 0o700 });
  const again = existsSync(plan.file);
  writeFileSync(plan.file, plan.text, { mode: 0o600 });
  // One that runs goes on with what it was started with.
  if (again) for (const command of plan.uninstall) await run(command).catch(() => undefined);
  try {
    for (const command of plan.install) await run(command);
  } catch (error) {
    // What the system did not take would be shown as installed.
    rmSync(plan.file, { force: true });
    throw error;
  }
  const notes = [await lingering(plan), otherHolder()].filter((note) => note !== null);
  print({ file: plan.file, notes }, [`Installed and started: ${plan.file}`, ...notes]);
}

async function uninstall(): Promise<void> {
  const plan = planOfService();
  if (!existsSync(plan.file)) {
    throw new SnapkeepError('NOT_FOUND', `The service is not installed: ${plan.file} does not exist.`, {
      hint: 'Install it with: snapkeep service install',
    });
  }
  for (const command of plan.uninstall) await run(command);
  rmSync(plan.file, { force: true });
  for (const command of plan.afterwards) await run(command);
  print({ file: plan.file }, 'Stopped and removed. Plans and snapshots are kept.');
}

async function status(): Promise<void> {
  const plan = planOfService();
  const installed = existsSync(plan.file);
  const running =
    installed &&
    (await run(plan.status).then(
      () => true,
      () => false,
    ));
  const notes = installed ? [await lingering(plan)].filter((note) => note !== null) : [];
  print({ installed, running, file: plan.file, notes }, [
    `Installed: ${installed ? plan.file : 'no'}`,
    `Running: ${running ? 'yes' : 'no'}`,
    ...notes,
  ]);
}

/** Says that the service will not stay; `null`: it will, or nobody knows. */
async function lingering({ lingers }: ServicePlan): Promise<string | null> {
  if (lingers === null) return null;
  const said = await run(lingers.command).catch(() => lingers.yes);
  return said.trim() === lingers.yes ? null : lingers.otherwise;
}

/** Says that another Snapkeep keeps the service waiting. */
function otherHolder(): string | null {
  const holder = readHolder(defaultDataFolder());
  if (holder?.endpoint === undefined || holder.host === 'server' || !isAlive(holder.pid)) return null;
  return `Snapkeep's ${holder.host} (process ${holder.pid}) has the data folder. The service starts when that one has ended.`;
}

/** Runs a command of the system. @returns what it prints @throws SnapkeepError `UNSUPPORTED` or `UNAVAILABLE` */
async function run([program = '', ...args]: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args)).stdout;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw new SnapkeepError('UNSUPPORTED', `${program} was not found on this system.`, {
        hint: 'Run “snapkeep serve” with the manager of services that this system has, or “snapkeep run-due” from cron.',
        cause: error,
      });
    }
    const said = (error as { stderr?: string }).stderr?.trim() ?? '';
    throw new SnapkeepError('UNAVAILABLE', `Failed: ${[program, ...args].join(' ')}. ${said}`.trim(), {
      hint: 'Run that command yourself to see why, or run “snapkeep serve” another way.',
      cause: error,
    });
  }
}
