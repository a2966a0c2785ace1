import type { Command } from 'commander';
import { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { oneOf } from '../command.ts';

/** How a database is copied, and how the copy is compressed. */
export interface FormatOptions {
  format?: Compression;
  method?: BackupMethod;
}

/** Gives a command the options of the format. @param defaults what holds where they are not given */
export function addFormatOptions(command: Command, defaults: { format: string; method: string }): Command {
  return command
    .option('--format <format>', `gz, zst or none (default: ${defaults.format})`, oneOf(Compression.options))
    .option(
      '--method <method>',
      `online (copy pages while programs write), compact (rewrite without free space) or dump (SQL text) (default: ${defaults.method})`,
      oneOf(BackupMethod.options),
    );
}

/** The format that was asked for, as params of a request. */
export function formatOf({ format, method }: FormatOptions): { compression?: Compression; method?: BackupMethod } {
  return { ...(format && { compression: format }), ...(method && { method }) };
}
