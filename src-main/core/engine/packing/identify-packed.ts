import type { FileContent } from '../../../../src-shared/model/restore/restore.ts';
import { contentOf } from '../identify/identify-file.ts';
import { readUnpacked } from './decompress.ts';
import { isPacked } from './packed-pieces.ts';

/**
 * Says what a packed file has in it, by the first bytes it unpacks to.
 * @param content what the file itself is; what is not packed is answered as it is
 * @throws SnapkeepError `CORRUPT` when its beginning cannot be unpacked
 */
export async function identifyPacked(path: string, content: FileContent): Promise<FileContent> {
  if (!isPacked(content)) return content;
  for await (const piece of readUnpacked(path, content, () => {})) if (piece.length > 0) return contentOf(piece);
  return 'empty';
}
