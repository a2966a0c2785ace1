import type { Command } from 'commander';
import type { RestoreSource } from '../../../src-shared/model/restore.ts';
import { UsageError } from '../output.ts';

/** Which file of an archive is meant. */
export interface EntryOptions {
  entry?: string;
}

/** Adds `--entry`. */
export function addEntryOption(command: Command): Command {
  return command.option('--entry <name>', 'name of the database in an archive that contains several');
}

/** Names the chosen file of an archive. @throws UsageError for a snapshot, which is none */
export function withEntry(source: RestoreSource, { entry }: EntryOptions): RestoreSource {
  if (entry === undefined) return source;
  if ('snapshotId' in source) throw new UsageError('--entry applies to archive files, not to snapshots.');
  return { ...source, entry };
}
