import { UsageError } from '../output.ts';

/**
 * Returns the secret in an environment variable.
 * @param option the option that named the variable
 * @param name is not printed: a person may have given the secret itself
 * @throws UsageError when there is no such variable, or it is empty
 */
export function secretFromEnvironment(option: string, name: string): string {
  const secret = process.env[name];
  if (secret !== undefined && secret !== '') return secret;
  throw new UsageError(`${option} needs the name of an environment variable that is set, not its value.`);
}
