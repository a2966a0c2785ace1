/**
 * CRC-64 with the ISO polynomial x⁶⁴ + x⁴ + x³ + x + 1, as Go's hash/crc64 computes it, bits reflected and inverted at
 * both ends. The polynomial has so few terms that shifts do 32 bits at a time without a table.
 */
export class Crc64 {
  /** The inverted register, in two halves. */
  #high = -1;
  #low = -1;

  /** Takes more bytes in. */
  update(bytes: Uint8Array): this {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = bytes.byteLength - (bytes.byteLength % 4);
    let high = this.#high;
    let low = this.#low;
    for (let at = 0; at < whole; at += 4) {
      // These 32 bits leave the register, and come back times the lower terms of the polynomial.
      const out = low ^ view.getInt32(at, true);
      low = high ^ (out << 31) ^ (out << 29) ^ (out << 28);
      high = out ^ (out >>> 1) ^ (out >>> 3) ^ (out >>> 4);
    }
    for (let at = whole; at < bytes.byteLength; at++) {
      const out = (low ^ view.getUint8(at)) & 0xff;
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) ^ (out << 24) ^ (out << 23) ^ (out << 21) ^ (out << 20);
    }
    this.#high = high;
    this.#low = low;
    return this;
  }

  /** Returns the checksum of all that was taken in. */
  digest(): bigint {
    return (BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0);
  }
}
