import { chmod, chown, stat } from 'node:fs/promises';
import { copyAttributes } from '../../../platform/file-attributes.ts';
import { syncFile } from './durable-files.ts';

/**
 * Gives a file the access control list and the extended attributes of another. The copy's own content and times stay.
 * @returns why they could not be taken over, as a sentence; `null`: they were
 */
export async function takeOverAttributes(from: string, to: string): Promise<string | null> {
  try {
    await copyAttributes(from, to);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    return `Access control lists and extended attributes of ${from} were not kept: ${reason}`;
  }
}

/**
 * Has a kept file carry the attributes of the file that it was made of, so that Undo finds them. With its own owner and
 * mode again, which is the mask of its access control list, nobody else may read it.
 * @returns as {@link takeOverAttributes}
 */
export async function keepAttributes(from: string, kept: string): Promise<string | null> {
  const { uid, gid, mode } = await stat(kept);
  const lost = await takeOverAttributes(from, kept);
  await chown(kept, uid, gid);
  await chmod(kept, mode);
  await syncFile(kept);
  return lost;
}
