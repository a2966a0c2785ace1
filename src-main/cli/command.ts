import { type Command, InvalidArgumentError } from 'commander';
import type { Session } from './session.ts';

/**
 * Runs the work of a command in a session and ends the process with the code it answers.
 * @param withoutDataFolder the whole command where nothing was ever stored; without it a data folder is made
 */
export type CommandContext = (
  options: { json?: boolean },
  work: (session: Session) => Promise<number>,
  withoutDataFolder?: (folder: string) => number,
) => Promise<void>;

/** Gives a command the option that every one has. */
export function json(command: Command): Command {
  return command.option(
    '--json',
    'print one JSON document to standard output, also on failure; messages go to standard error',
  );
}

/** Collects what an option is given that may be given several times. */
export const several = (one: string, before: string[] | undefined): string[] => [...(before ?? []), one];

/** Parses a whole number from 1 on. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Must be a whole number, 1 or more.');
  return value;
}
