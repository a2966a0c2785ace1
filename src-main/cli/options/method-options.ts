import { BackupMethod } from '../../../src-shared/model/values.ts';
import { UsageError } from '../output.ts';

/** The help of `--method`. */
export const METHOD_HELP =
  'online (page by page while programs write), compact (rewritten without gaps) or dump (SQL text)';

/** @throws UsageError */
export function parseMethod(text: string | undefined): BackupMethod | undefined {
  if (text === undefined) return undefined;
  const parsed = BackupMethod.safeParse(text);
  if (!parsed.success) throw new UsageError(`“${text}” is not a method. There are online, compact and dump.`);
  return parsed.data;
}
