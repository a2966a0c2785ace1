/** Turns values into text and back. */
export interface ValueCodec {
  /** @throws Error for what Electron would clone and this does not: everything but plain data */
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/**
 * Makes a codec for plain data: what Snapkeep's frames are made of. Anything else is refused rather than changed on
 * its way. The function is also put into pages as text, so it uses nothing from outside itself.
 */
export function makeValueCodec(): ValueCodec {
  const isPlain = (value: unknown): boolean => {
    if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return true;
    if (typeof value === 'number') return Number.isFinite(value);
    if (typeof value !== 'object') return false;
    const prototype = Object.getPrototypeOf(value);
    // The same object of another world has another prototype, but one whose own prototype is null.
    const isData = Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
    return isData && Object.values(value).every(isPlain);
  };
  return {
    encode: (value) => {
      if (!isPlain(value)) throw new Error('stand-in: only plain data can be sent');
      return JSON.stringify([value]);
    },
    decode: (text) => (JSON.parse(text) as [unknown])[0],
  };
}
