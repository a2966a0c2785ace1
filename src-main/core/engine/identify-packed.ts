import type { FileContent } from '../../../src-shared/model/restore.ts';
import { readUnpacked } from './decompress.ts';
import { contentOf } from './identify-file.ts';

/**
 * Says what a gzip or zstd file has in it, by the first bytes it unpacks to.
 * @param content what the file itself is; anything but the two is answered as it is
 * @throws SnapkeepError `CORRUPT` when its beginning cannot be unpacked
 */
export async function identifyPacked(path: string, content: FileContent): Promise<FileContent> {
  if (content !== 'gzip' && content !== 'zstd') return content;
  for await (const piece of readUnpacked(path, content, () => {})) if (piece.length > 0) return contentOf(piece);
  return 'empty';
}
