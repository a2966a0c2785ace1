import type { TaskContext } from '../task-context.ts';
import { openForReading } from './open-database.ts';

/** Opens a database with one of the keys and closes it again. @throws SnapkeepError as {@link openForReading} */
export async function tryKeys({ path }: { path: string }, context: TaskContext): Promise<null> {
  using _reading = await openForReading(path, context);
  return null;
}
