/** Returns the parts of a path in lower case, whichever separator it has. */
export function partsOf(path: string): string[] {
  return path
    .toLowerCase()
    .split(/[/\\]/)
    .filter((part) => part !== '');
}

/** Returns whether some parts stand in a path one after the other. */
export function standsIn(parts: readonly string[], some: readonly string[]): boolean {
  return parts.some((_, at) => some.every((part, index) => parts[at + index] === part));
}
