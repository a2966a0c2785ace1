import { type AttachedFile, type AttachedFileKind, AttachedFileName } from '../../../src-shared/model/attached-file.ts';
import { attachedFileName } from '../../../src-shared/third-party/template-drafts.ts';

/** An attached file as it is typed. */
export interface AttachedFileDraft {
  /** Tells it from the others while it is changed. */
  key: string;
  kind: AttachedFileKind;
  name: string;
  /** Somebody has said how it is called; until then its name follows its path. */
  named: boolean;
  path: string;
  /** One pattern in each line. */
  exclude: string;
}

let made = 0;
const nextKey = (): string => {
  made += 1;
  return `attached-file-${made}`;
};

/** An empty one. */
export function newAttachedFile(kind: AttachedFileKind): AttachedFileDraft {
  return { key: nextKey(), kind, name: '', named: false, path: '', exclude: '' };
}

/** What the form begins with. */
export function attachedFileDraftsOf(attachedFiles: readonly AttachedFile[]): AttachedFileDraft[] {
  return attachedFiles.map(({ exclude, ...rest }) => ({
    ...rest,
    key: nextKey(),
    named: true,
    exclude: exclude.join('\n'),
  }));
}

/** What the drafts stand for. */
export function attachedFilesOf(drafts: readonly AttachedFileDraft[]): AttachedFile[] {
  return drafts.map(({ kind, name, path, exclude }) => ({
    kind,
    name: name.trim(),
    path: path.trim(),
    exclude: kind === 'folder' ? linesOf(exclude) : [],
  }));
}

/** The lines of a text that say something. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** With another path; a name that nobody has typed follows it, and is told from those of the others. */
export function withPath(
  draft: AttachedFileDraft,
  path: string,
  others: readonly AttachedFileDraft[],
): AttachedFileDraft {
  if (draft.named) return { ...draft, path };
  const name = path.trim() === '' ? '' : freeName(attachedFileName(path), new Set(others.map((each) => each.name)));
  return { ...draft, path, name };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name.slice(0, 36)}-${number}`;
  return free;
}

/** What is wrong with an attached file, by field; what is only missing is empty. */
export interface AttachedFileProblems {
  blocked: boolean;
  name?: string;
}

/** What is wrong with each of them, in their order. */
export function attachedFileProblems(drafts: readonly AttachedFileDraft[]): AttachedFileProblems[] {
  return drafts.map((draft) => {
    const name = draft.name.trim();
    if (draft.path.trim() === '' || name === '') return { blocked: true };
    if (drafts.some((each) => each !== draft && each.name.trim().toLowerCase() === name.toLowerCase()))
      return { blocked: true, name: 'Another one has this name.' };
    if (AttachedFileName.safeParse(name).success) return { blocked: false };
    return {
      blocked: true,
      name: /^(db|manifest|latest)$/i.test(name)
        ? `“${name}” has a meaning of its own in the names of snapshots.`
        : 'Letters, digits, hyphens and underscores, 40 at most, with a letter or digit first.',
    };
  });
}

/**
 * The attached files after a template has been applied for another source: its own are exchanged, and those that somebody
 * has added stay.
 * @param before the template's own so far
 */
export function followTemplate(
  drafts: readonly AttachedFileDraft[],
  before: readonly AttachedFile[],
  after: readonly AttachedFile[],
): AttachedFileDraft[] {
  const own = new Set(before.map(({ name, path }) => `${name}\n${path}`));
  const added = drafts.filter(({ name, path }) => !own.has(`${name}\n${path}`));
  const taken = new Set(added.map(({ name }) => name));
  return [...attachedFileDraftsOf(after.filter(({ name }) => !taken.has(name))), ...added];
}
