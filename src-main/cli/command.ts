import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import type { ProcessLog } from '../core/ports.ts';
import { interruption } from './interruption.ts';
import { EXIT, exitCode, printAsJson, printDocument, reportError, UsageError } from './output.ts';
import type { Session } from './session.ts';

/** The session of the command; a process has one. */
let session: Session | undefined;

/** The process log, while a session is open. */
export const sessionLog = (): ProcessLog | undefined => session?.log;

/**
 * Returns the action of a command that works in a session.
 * @param work gets the session, then the arguments and options of the command
 * @param withoutDataFolder the whole command where nothing was ever stored; without it a data folder is made
 */
export function inSession<Given extends unknown[]>(
  work: (session: Session, ...given: Given) => Promise<void>,
  withoutDataFolder?: (folder: string) => void,
): (...given: Given) => Promise<void> {
  return concluding(
    async (...given) => {
      // Loaded only now: help and `serve` need no core.
      const { Session: Opened } = await import('./session.ts');
      if (withoutDataFolder !== undefined && !Opened.hasDataFolder()) return withoutDataFolder(Opened.dataFolder());
      session = await Opened.open();
      await work(session, ...given);
    },
    async () => session?.close(),
  );
}

/**
 * Returns the action of a command: it reports the error of its work, prints the document of `--json` and sets the exit
 * code.
 * @param end done last, whether the work succeeded or not
 */
export function concluding<Given extends unknown[]>(
  work: (...given: Given) => Promise<void>,
  end: () => Promise<void> = async () => {},
): (...given: Given) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1);
    const asJson = command instanceof Command && command.opts().json === true;
    if (asJson) printAsJson();
    let failure: { code: number; body: ErrorBody } | undefined;
    for (const step of [() => work(...given), end]) {
      try {
        await step();
      } catch (error) {
        failure ??= reportError(error);
      }
    }
    if (asJson) printDocument(failure?.body);
    process.exitCode = interruption.aborted ? EXIT.interrupted : (failure?.code ?? exitCode());
  };
}

/** Gives a command the option that every one has. */
export function json(command: Command): Command {
  return command.option(
    '--json',
    'print one JSON document to standard output, also on failure; messages go to standard error',
  );
}

/** Collects what an option is given that may be given several times. */
export const several = (one: string, before: string[] | undefined): string[] => [...(before ?? []), one];

/** Returns the parser of an option that takes one of some words. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((each) => each === text);
    if (word === undefined) throw new InvalidArgumentError(`Must be one of: ${words.join(', ')}.`);
    return word;
  };
}

/** Parses a whole number from 1 on. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Must be a whole number, 1 or more.');
  return value;
}

/** Reads the value of an option that names something and the path it has, as `name=path`. @throws UsageError */
export function nameAndPath(text: string): [name: string, path: string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new UsageError(`“${text}” is not NAME=PATH.`);
  return [text.slice(0, at), resolve(text.slice(at + 1))];
}
