import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { PageSample } from '../../../../src-shared/model/restore/replacement.ts';
import type { RawPages } from '../../engine/sqlite/raw-pages.ts';

/** So many pages tell for certain, also when a program has written to most of them since. */
const SAMPLES = 16;
/** How many pages of a larger database are compared, evenly spread: no restore waits long for this. */
const MOST_COMPARED = 16_384;

/**
 * Finds pages that tell later which of two images a database is, whatever was committed to it since. The first
 * page is none of them: its header changes with every schema.
 * @param previousPath the content of the database before it is replaced
 * @param arrivingPath what it is replaced with
 */
export function samplePages(previousPath: string, arrivingPath: string, pageSize: number): PageSample[] {
  const files = [openSync(previousPath, 'r'), openSync(arrivingPath, 'r')] as const;
  try {
    const pages = Math.max(...files.map((file) => Math.floor(fstatSync(file).size / pageSize)));
    const stride = Math.max(1, Math.ceil(pages / MOST_COMPARED));
    const [one, other] = [Buffer.alloc(pageSize), Buffer.alloc(pageSize)];
    const samples: PageSample[] = [];
    for (let page = 2; page <= pages && samples.length < SAMPLES; page += stride) {
      for (const [at, buffer] of [one, other].entries())
        readSync(files[at] as number, buffer.fill(0), 0, pageSize, (page - 1) * pageSize);
      if (!one.equals(other)) samples.push({ page, previous: hashOf(one), arriving: hashOf(other) });
    }
    return samples;
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Counts the sampled pages that are as they were before, and those that are as what arrives has them. */
export function countSamples(pages: RawPages, samples: readonly PageSample[]): { previous: number; arriving: number } {
  const found = pages.read(samples.map(({ page }) => page)).map(hashOf);
  return {
    previous: samples.filter(({ previous }, at) => found[at] === previous).length,
    arriving: samples.filter(({ arriving }, at) => found[at] === arriving).length,
  };
}

const hashOf = (page: Buffer): string => createHash('sha256').update(page).digest('hex');
