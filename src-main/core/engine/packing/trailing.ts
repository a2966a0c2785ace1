import type { PieceReader } from './piece-reader.ts';

/** What follows the packed data of a file and is no part of it. */
export interface Trailing {
  bytes: number;
  zeros: boolean;
}
export type OnTrailing = (trailing: Trailing) => void;

/** Reads what follows the packed data to its end, for what is encrypted is opened to its end anyway. */
export async function passOver(reader: PieceReader, onTrailing: OnTrailing): Promise<void> {
  let bytes = 0;
  let zeros = true;
  for await (const piece of reader.rest()) {
    bytes += piece.length;
    zeros &&= piece.every((byte) => byte === 0);
  }
  if (bytes > 0) onTrailing({ bytes, zeros });
}
