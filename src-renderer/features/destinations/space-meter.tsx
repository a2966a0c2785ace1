import type { KnownSpace } from '../../../src-shared/model/storage.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';

/** How a disk or server is filled: snapshots, the trash, other files, and what is free. Nothing where that is unknown. */
export function SpaceMeter({
  space,
  storedBytes,
  trashedBytes,
  full,
}: {
  space: KnownSpace | null;
  storedBytes: number;
  trashedBytes: number;
  full: boolean;
}) {
  const total = space?.totalBytes ?? 0;
  if (space === null || total === 0) return null;
  const used = Math.max(0, total - space.freeBytes);
  // Snapshots of linked files can add up to more than the disk has given to them.
  const own = Math.min(storedBytes, used);
  const trash = Math.min(trashedBytes, used - own);
  const other = used - own - trash;
  const share = (bytes: number): string => `${(bytes / total) * 100}%`;
  const inTrash = trash > 0 ? `${bytesInWords(trash)} in the trash, ` : '';
  const words = `${bytesInWords(own)} snapshots, ${inTrash}${bytesInWords(other)} other files, ${bytesInWords(space.freeBytes)} free`;
  return (
    <div className={full ? 'space-meter tone-warn' : 'space-meter'} role="img" aria-label={words} title={words}>
      <span className="space-own" style={{ width: share(own) }} />
      {trash > 0 && <span className="space-trash" style={{ width: share(trash) }} />}
      <span className="space-other" style={{ width: share(other) }} />
    </div>
  );
}
