/** What JavaScript itself, Node and Playwright ask of any object. */
const ALWAYS = new Set([
  'then',
  'toJSON',
  'constructor',
  'default',
  '__esModule',
  'nodeType',
  'tagName',
  'asymmetricMatch',
  'domain',
  'inspect',
  'window',
  'document',
  'stack',
]);

/**
 * Makes an object say no to whatever it does not have: a silent `undefined` would let a test pass that real Electron
 * fails.
 * @param name what the object is called in the error
 */
export function refuseUnknown<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, property, receiver) {
      if (typeof property === 'symbol' || property in target || ALWAYS.has(property) || property.startsWith('_'))
        return Reflect.get(target, property, receiver);
      throw new Error(`stand-in: ${name}.${property} is not implemented`);
    },
  });
}

/** The same for the options of a constructor or a call: those that are not known are refused. */
export function refuseUnknownOptions(name: string, options: object, known: readonly string[]): void {
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) throw new Error(`stand-in: the option ${option} of ${name} is not implemented`);
  }
}
