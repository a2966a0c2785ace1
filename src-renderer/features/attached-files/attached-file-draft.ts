import { type AttachedFile, type AttachedFileKind, AttachedFileName } from '../../../src-shared/model/attached-file.ts';
import { attachedFileName } from '../../../src-shared/third-party/template-drafts.ts';

/** An attached file as it is typed. */
export interface AttachedFileDraft {
  /** Identifies the draft while it is edited. */
  key: string;
  kind: AttachedFileKind;
  name: string;
  /** Whether the name was typed; until then it follows the path. */
  named: boolean;
  path: string;
  /** One pattern per line. */
  exclude: string;
}

let made = 0;
const nextKey = (): string => {
  made += 1;
  return `attached-file-${made}`;
};

/** Returns an empty draft. */
export function newAttachedFile(kind: AttachedFileKind): AttachedFileDraft {
  return { key: nextKey(), kind, name: '', named: false, path: '', exclude: '' };
}

/** Returns what the form begins with. */
export function attachedFileDraftsOf(attachedFiles: readonly AttachedFile[]): AttachedFileDraft[] {
  return attachedFiles.map(({ exclude, ...rest }) => ({
    ...rest,
    key: nextKey(),
    named: true,
    exclude: exclude.join('\n'),
  }));
}

/** Returns the attached files that the drafts describe. */
export function attachedFilesOf(drafts: readonly AttachedFileDraft[]): AttachedFile[] {
  return drafts.map(({ kind, name, path, exclude }) => ({
    kind,
    name: name.trim(),
    path: path.trim(),
    exclude: kind === 'folder' ? linesOf(exclude) : [],
  }));
}

/** Returns the lines of a text that are not empty. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Returns the draft with another path; a name that was not typed follows it and stays unique. */
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

/** What is wrong with an attached file, by field; a field that is only empty has no message. */
export interface AttachedFileProblems {
  blocked: boolean;
  name?: string;
}

/** Returns what is wrong with each draft, in their order. */
export function attachedFileProblems(drafts: readonly AttachedFileDraft[]): AttachedFileProblems[] {
  return drafts.map((draft) => {
    const name = draft.name.trim();
    if (draft.path.trim() === '' || name === '') return { blocked: true };
    if (drafts.some((each) => each !== draft && each.name.trim().toLowerCase() === name.toLowerCase()))
      return { blocked: true, name: 'This name is already used.' };
    if (AttachedFileName.safeParse(name).success) return { blocked: false };
    return {
      blocked: true,
      name: /^(db|manifest|latest)$/i.test(name)
        ? `“${name}” is reserved.`
        : 'Use up to 40 letters, digits, hyphens and underscores, beginning with a letter or digit.',
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
