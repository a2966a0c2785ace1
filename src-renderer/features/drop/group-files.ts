import { besideSuffix } from '../../../src-shared/rules/names/beside.ts';

/** A file and what belongs to it: the log and the journal of a database, or the manifest of a snapshot. */
export interface FileGroup<F extends { name: string }> {
  file: F;
  beside: F[];
}

/** Groups files by what belongs together, in their order; what has nothing to belong to stands for itself. */
export function groupFiles<F extends { name: string }>(files: readonly F[]): FileGroup<F>[] {
  const names = new Set(files.map(({ name }) => name));
  const ownerOf = (name: string): string | null => {
    const suffix = besideSuffix(name);
    const owner = suffix === null ? null : name.slice(0, -suffix.length);
    return owner !== null && names.has(owner) ? owner : null;
  };
  return files
    .filter(({ name }) => ownerOf(name) === null)
    .map((file) => ({ file, beside: files.filter(({ name }) => ownerOf(name) === file.name) }));
}
