import { printTable } from './measure.ts';

/** A row of the table in the document: `| name | value |`. */
const ROW = /^\| (?<name>[^|]+?) \| (?<value>[^|]+?) \|/;

/** The figures of a run, as the document has them. */
export class Figures {
  readonly #rows: Array<[name: string, value: string]> = [];

  times(name: string, value: number): void {
    this.#rows.push([name, `${value.toFixed(1)} ×`]);
  }

  percent(name: string, value: number): void {
    this.#rows.push([name, `${(value * 100).toFixed(0)} %`]);
  }

  hundredths(name: string, value: number): void {
    this.#rows.push([name, `${(value * 100).toFixed(2)} %`]);
  }

  milliseconds(name: string, value: number): void {
    this.#rows.push([name, `${value.toFixed(0)} ms`]);
  }

  megabytes(name: string, value: number): void {
    this.#rows.push([name, `${value.toFixed(0)} MB`]);
  }

  /** Says whether a figure of this run reaches what is wanted of it. */
  target(name: string, value: number, wanted: { least: number } | { most: number }): void {
    const isReached = 'least' in wanted ? value >= wanted.least : value <= wanted.most;
    const limit = 'least' in wanted ? `at least ${wanted.least}` : `at most ${wanted.most}`;
    process.stdout.write(`${isReached ? 'reached' : 'NOT REACHED'}: ${name}: ${value.toFixed(2)}, wanted ${limit}\n`);
  }

  /** Prints them as rows of a document's table. */
  print(): void {
    for (const [name, value] of this.#rows) process.stdout.write(`| ${name} | ${value} |\n`);
  }

  /** Prints them beside those of a document. @param document its text */
  printBeside(document: string): void {
    const documented = new Map(
      document.split('\n').flatMap((line) => {
        const { name, value } = ROW.exec(line)?.groups ?? {};
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
    );
    printTable([
      ['figure', 'now', 'documented'],
      ...this.#rows.map(([name, value]) => [name, value, documented.get(name) ?? '–']),
    ]);
  }
}
