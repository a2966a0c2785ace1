import { readFileSync } from 'node:fs';

/**
 * What the doc comments of some modules say: of a schema or a method by its name, of a field by `Owner.field`,
 * and of one within it by `Owner.field.inner`.
 * @typedef {{ of(owner: string, field?: string): string }} DocComments
 */

/**
 * Reads the doc comments of modules that hold schemas.
 * @param {readonly string[]} paths
 * @returns {DocComments}
 */
export function readDocComments(paths) {
  const reader = new Reader();
  for (const path of paths) {
    reader.enter(path);
    for (const line of readFileSync(path, 'utf8').split('\n')) reader.read(line);
  }
  return { of: (owner, field) => reader.of(owner, field) };
}

class Reader {
  /** @type {Map<string, string>} */
  #said = new Map();
  /** The shapes that an owner takes fields from. @type {Map<string, string[]>} */
  #taken = new Map();
  #owner = '';
  /** The fields that a line is within. @type {Array<{ field: string, indent: number }>} */
  #around = [];
  #comment = '';
  #isInComment = false;

  /** What names of methods are told apart from those of events by. */
  #kind = '';

  /** @param {string} path */
  enter(path) {
    this.#kind = path.endsWith('/events.ts') ? 'event ' : '';
    this.#owner = '';
  }

  /** @param {string} line */
  read(line) {
    const text = line.trim();
    if (this.#isInComment || text.startsWith('/**')) return this.#readComment(text);
    if (text === '') return;
    const method = /^ {2}'(\w+\.\w+)':/.exec(line)?.[1];
    const owner = /^(?:export )?const (\w+)\b/.exec(line)?.[1] ?? (method && `${this.#kind}${method}`);
    const taken = /^\.\.\.(\w+)(?:\.shape)?,?/.exec(text)?.[1];
    const field = /^'?(\w+)'?[:,]/.exec(text)?.[1];
    const indent = line.length - line.trimStart().length;
    while ((this.#around.at(-1)?.indent ?? -1) >= indent) this.#around.pop();
    if (owner !== undefined) {
      this.#owner = owner;
      this.#around = [];
      this.#say(owner);
    } else if (taken !== undefined) this.#taken.set(this.#owner, [...(this.#taken.get(this.#owner) ?? []), taken]);
    else if (field !== undefined && !['params', 'result'].includes(field)) {
      this.#around.push({ field, indent });
      this.#say([this.#owner, ...this.#around.map((each) => each.field)].join('.'));
    } else if (/^\w/.test(line)) this.#owner = '';
    // Above a shape or a choice of a union: it says something of all of it.
    else this.#say(this.#owner);
    for (const [, inner = ''] of line.matchAll(/\.\.\.(\w+)/g))
      if (inner !== taken) this.#taken.set(this.#owner, [...(this.#taken.get(this.#owner) ?? []), inner]);
    this.#comment = '';
  }

  /**
   * @param {string} owner
   * @param {string} [field]
   * @returns {string}
   */
  of(owner, field) {
    if (field === undefined) return this.#said.get(owner) ?? '';
    const own = this.#said.get(`${owner}.${field}`);
    if (own !== undefined) return own;
    for (const shape of this.#taken.get(owner) ?? []) {
      const said = shape === owner ? '' : this.of(shape, field);
      if (said !== '') return said;
    }
    return '';
  }

  /** @param {string} text */
  #readComment(text) {
    const said = text
      .replace(/^\/\*\*|^\*(?!\/)/, '')
      .replace(/\*\/$/, '')
      .trim();
    this.#comment = `${this.#isInComment ? this.#comment : ''} ${said}`.trim();
    this.#isInComment = !text.endsWith('*/');
  }

  /** @param {string} name */
  #say(name) {
    if (this.#comment === '' || name === '' || name.startsWith('.')) return;
    const said = this.#comment.replaceAll(/\{@link (\w+)\}/g, '`$1`');
    this.#said.set(name, [this.#said.get(name) ?? '', said].join(' ').trim());
  }
}
