/**
 * Returns a stand-in for an object that is made when something of it is first asked for.
 * @param make makes the object; called once at most
 */
export function onFirstUse<T extends object>(make: () => T): T {
  let made: T | undefined;
  const real = (): T => {
    made ??= make();
    return made;
  };
  return new Proxy({} as T, {
    // What the object answers must not depend on who is asked, so `this` of its own accessors is the object.
    get: (_, name) => Reflect.get(real(), name),
    has: (_, name) => Reflect.has(real(), name),
    getPrototypeOf: () => Reflect.getPrototypeOf(real()),
  });
}
