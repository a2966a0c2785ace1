import { RowCursor, type Rowid, type TablePages } from '../rows/table-pages.ts';

/**
 * The rowids whose rows differ between two images, or that only one of them has, in their order. Both tables have the
 * same definition and the images the same page size and encoding, so rows with the same bytes are equal. Leaves that
 * are equal as a whole cost one comparison.
 * @throws UnreadablePages
 */
export function* differingRowids(
  before: { pages: TablePages; root: number },
  after: { pages: TablePages; root: number },
): Generator<Rowid> {
  const one = new RowCursor(before.pages, before.root);
  const other = new RowCursor(after.pages, after.root);
  while (one.leaf !== null || other.leaf !== null) {
    if (one.leaf !== null && other.leaf !== null && one.atLeafStart && other.atLeafStart) {
      if (one.leaf.equals(other.leaf) && one.leafIsWhole()) {
        one.skipLeaf();
        other.skipLeaf();
        continue;
      }
    }
    if (other.leaf === null || (one.leaf !== null && one.rowid < other.rowid)) {
      yield one.rowid;
      one.next();
    } else if (one.leaf === null || other.rowid < one.rowid) {
      yield other.rowid;
      other.next();
    } else {
      if (!one.sameBytes(other)) yield one.rowid;
      one.next();
      other.next();
    }
  }
}
