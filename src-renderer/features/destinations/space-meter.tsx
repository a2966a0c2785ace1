import type { KnownSpace } from '../../../src-shared/model/storage.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';

/** How a disk or server is filled: the snapshots, other files, and what is free. Nothing where that is unknown. */
export function SpaceMeter({
  space,
  storedBytes,
  full,
}: {
  space: KnownSpace | null;
  storedBytes: number;
  full: boolean;
}) {
  const total = space?.totalBytes ?? 0;
  if (space === null || total === 0) return null;
  const used = Math.max(0, total - space.freeBytes);
  // Snapshots of linked files can add up to more than the disk has given to them.
  const own = Math.min(storedBytes, used);
  const share = (bytes: number): string => `${(bytes / total) * 100}%`;
  return (
    <div
      className={full ? 'space-meter tone-warn' : 'space-meter'}
      role="img"
      aria-label={`${bytesInWords(own)} snapshots, ${bytesInWords(used - own)} other files, ${bytesInWords(space.freeBytes)} free`}
    >
      <span className="space-own" style={{ width: share(own) }} />
      <span className="space-other" style={{ width: share(used - own) }} />
    </div>
  );
}
