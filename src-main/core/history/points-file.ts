import { PointLine } from '../../../src-shared/model/history/history-file.ts';

/** What a file of points says. */
export interface PointLines {
  /** Of several lines for one TXID the last counts; by TXID. */
  readonly lines: readonly PointLine[];
  /** How many lines are damaged or cut. Points without a line are unverified, and their files still rebuild them. */
  readonly damaged: number;
}

/** Reads a file of points. What is damaged is left out and counted. */
export function parsePointLines(text: string): PointLines {
  const lines = new Map<number, PointLine>();
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const parsed = parseLine(line);
    if (parsed === undefined) damaged += 1;
    else lines.set(parsed.txid, parsed);
  }
  return { lines: [...lines.values()].sort((one, other) => one.txid - other.txid), damaged };
}

function parseLine(line: string): PointLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return PointLine.safeParse(value).data;
}

/** Adds lines to what a file of points has; one that was cut gets its end first, so that only the cut line is lost. */
export function withPointLines(stored: Buffer, added: readonly PointLine[]): Buffer {
  const isCut = stored.length > 0 && stored.at(-1) !== 0x0a;
  const text = added.map((line) => `${JSON.stringify(PointLine.parse(line))}\n`).join('');
  return Buffer.concat([stored, Buffer.from(isCut ? '\n' : ''), Buffer.from(text)]);
}
