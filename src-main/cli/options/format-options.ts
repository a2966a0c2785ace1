import { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { UsageError } from '../output.ts';

/** The help of `--method`. */
export const METHOD_HELP =
  'online (copy pages while programs write), compact (rewrite without free space) or dump (SQL text)';

/** @throws UsageError */
export function parseMethod(text: string | undefined): BackupMethod | undefined {
  if (text === undefined) return undefined;
  const parsed = BackupMethod.safeParse(text);
  if (!parsed.success) throw new UsageError(`Unknown method: “${text}”. Use online, compact or dump.`);
  return parsed.data;
}

/** @throws UsageError */
export function parseFormat(text: string | undefined): Compression | undefined {
  if (text === undefined) return undefined;
  const parsed = Compression.safeParse(text);
  if (!parsed.success) throw new UsageError(`Unknown format: “${text}”. Use gz, zst or none.`);
  return parsed.data;
}
