import { resolve } from 'node:path';
import { type Plugin, parseSync } from 'vite';

const HELPER = resolve(import.meta.dirname, 'on-first-use.ts');

/** What is in these runs later, when it may use whatever it needs. */
const LATER = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'ClassDeclaration'];

/** A node of the syntax tree. */
interface Node {
  type: string;
  start: number;
  end: number;
}

/**
 * Builds schemas when they are first used. There are thousands, a command or a page uses few of them, and each takes time
 * to build: what a module does with `z` while it is loaded becomes a stand-in. Sources and types know nothing of it.
 */
export const schemasOnFirstUse: Plugin = {
  name: 'schemas-on-first-use',
  transform: {
    filter: { id: /[\\/]src-(shared|main)[\\/].*\.ts$/, code: 'zod' },
    handler: (code) => ({ code: deferSchemas(code), map: null }),
  },
};

/** Returns the code of a module, on the same lines, with a stand-in for every schema that it makes while it is loaded. */
export function deferSchemas(code: string): string {
  let deferred = code;
  for (const { start, end } of [...schemasIn(parseSync('module.js', code).program)].reverse())
    deferred = `${deferred.slice(0, start)}onFirstUse(() => ${deferred.slice(start, end)})${deferred.slice(end)}`;
  return deferred === code ? code : `import { onFirstUse } from ${JSON.stringify(HELPER)}; ${deferred}`;
}

/** The largest expressions that begin with `z.` and are evaluated at once, in their order. */
function* schemasIn(tree: unknown): Generator<Node> {
  if (typeof tree !== 'object' || tree === null) return;
  if (isNode(tree) && LATER.includes(tree.type)) return;
  if (isNode(tree) && tree.type === 'CallExpression' && firstOf(tree) === 'z') yield tree;
  else for (const part of Object.values(tree)) yield* schemasIn(part);
}

const isNode = (value: object): value is Node => 'type' in value && 'start' in value && 'end' in value;

/** The name that a chain of calls and members begins with. */
function firstOf(node: object): unknown {
  if ('callee' in node) return firstOf(node.callee as object);
  if ('object' in node) return firstOf(node.object as object);
  return 'name' in node ? node.name : undefined;
}
