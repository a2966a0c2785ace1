import type { Command } from 'commander';
import { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { oneOf } from '../command.ts';
import { UsageError } from '../output.ts';

/** How a snapshot is compressed; or one LTX file, which is for pipes. */
type Format = Compression | 'ltx';

/** How a database is copied, and how the copy is compressed. */
export interface FormatOptions {
  format?: Format;
  method?: BackupMethod;
}

/** Gives a command the options of the format: what holds where they are not given, and whether it writes to pipes. */
export function addFormatOptions(
  command: Command,
  { pipes = false, ...defaults }: { format: string; method: string; pipes?: boolean },
): Command {
  const formats: readonly Format[] = pipes ? [...Compression.options, 'ltx'] : Compression.options;
  const known = `gz, zst or none${pipes ? '; with --output - also ltx, one LTX file for Litestream and ltx' : ''}`;
  return command
    .option('--format <format>', `${known} (default: ${defaults.format})`, oneOf(formats))
    .option(
      '--method <method>',
      `online (copy pages while programs write), compact (rewrite without free space) or dump (SQL text) (default: ${defaults.method})`,
      oneOf(BackupMethod.options),
    );
}

/** The format that was asked for, as params of a request. */
export function formatOf({ format, method }: FormatOptions): { compression?: Compression; method?: BackupMethod } {
  if (format === 'ltx') throw new UsageError('--format ltx writes to standard output only: add --output -.');
  return { ...(format && { compression: format }), ...(method && { method }) };
}
