import { encodeLtx, type WriteBytes } from './encode-ltx.ts';
import { damagedLtx, type LtxHeader, type LtxPage, type LtxSource } from './ltx-format.ts';
import { type LtxContents, readLtx } from './read-ltx.ts';

/**
 * Merges files that follow one another into one, which has the same effect: of each page the newest is kept, and pages
 * above the end of the database go. Each file is read once, all at the same time.
 * @param sources oldest first; their transactions may overlap
 * @throws SnapkeepError `CORRUPT` when one is damaged, is missing in between, or has another page size
 */
export async function mergeLtx(
  sources: readonly LtxSource[],
  write: WriteBytes,
): Promise<{ header: LtxHeader; bytes: number; pages: number }> {
  await using files = await openChain(sources);
  const header = { ...files.last, minTxid: files.first.minTxid, nodeId: 0n };
  return { header, ...(await encodeLtx(header, newestPages(files.contents), write)) };
}

/** Files that follow one another, being read. */
interface Chain extends AsyncDisposable {
  contents: readonly LtxContents[];
  first: LtxHeader;
  last: LtxHeader;
}

/**
 * Begins to read files that follow one another, oldest first.
 * @throws SnapkeepError `CORRUPT` as {@link mergeLtx}
 */
export async function openChain(sources: readonly LtxSource[]): Promise<Chain> {
  const contents: LtxContents[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(contents.map((file) => file[Symbol.asyncDispose]()));
  };
  try {
    for (const source of sources) {
      const file = await readLtx(source);
      contents.push(file);
      requireNext(contents.at(-2), file);
    }
    const [first, last] = [contents[0], contents.at(-1)];
    if (first === undefined || last === undefined) throw new Error('No LTX file was given.');
    return { contents, first: first.header, last: last.header, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function requireNext(before: LtxContents | undefined, { name, header }: LtxContents): void {
  if (before === undefined) return;
  const { pageSize, minTxid, maxTxid } = header;
  if (pageSize !== before.header.pageSize)
    throw damagedLtx(name, `its pages have ${pageSize} bytes, those of ${before.name} have ${before.header.pageSize}`);
  if (minTxid > before.header.maxTxid + 1n || maxTxid <= before.header.maxTxid)
    throw damagedLtx(name, `it does not follow ${before.name}, which ends with transaction ${before.header.maxTxid}`);
}

/**
 * Reads the newest of each page out of files that follow one another, in ascending order. A page beyond the end that
 * the database had in a later file is none any more.
 * @param contents oldest first
 */
export async function* newestPages(contents: readonly LtxContents[]): AsyncGenerator<LtxPage> {
  const heads = contents.map((file, at) => new Head(file, contents.slice(at)));
  await Promise.all(heads.map((head) => head.advance()));
  for (;;) {
    const number = Math.min(...heads.map((head) => head.number));
    if (number === Number.POSITIVE_INFINITY) return;
    const here = heads.filter((head) => head.number === number);
    const newest = here.findLast((head) => number <= head.upTo);
    if (newest !== undefined) yield newest.page;
    for (const head of here) await head.advance();
  }
}

/** A file, and the page at which it is. */
class Head {
  /** The last page of the file that no later file has cut off. */
  readonly upTo: number;
  readonly #pages: AsyncGenerator<LtxPage>;
  #page: LtxPage | null = null;

  constructor({ pages }: LtxContents, thisAndLater: readonly LtxContents[]) {
    this.#pages = pages;
    this.upTo = Math.min(...thisAndLater.map(({ header }) => header.commit));
  }

  /** The number of the page; infinite behind the last one. */
  get number(): number {
    return this.#page?.number ?? Number.POSITIVE_INFINITY;
  }

  get page(): LtxPage {
    if (this.#page === null) throw new Error('The file has ended.');
    return this.#page;
  }

  async advance(): Promise<void> {
    const next = await this.#pages.next();
    this.#page = next.done === true ? null : next.value;
  }
}
