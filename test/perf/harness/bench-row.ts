/** One line of `bench.json`. */
export interface BenchRow {
  readonly id: string;
  readonly value: number;
  readonly unit: 'x' | 'MB' | 'ms' | 'MB/s';
  /** What an issue is accepted by, such as `<= 1.05`; a row without one informs. */
  readonly must?: string;
  /** Where we are going. */
  readonly aim?: string;
  /** Does the value meet `must`? True where there is none. */
  readonly holds: boolean;
  /** The figures behind the value. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A group of rows that are measured together. */
export interface BenchGroup {
  readonly name: string;
  run(context: BenchContext): Promise<BenchRow[]>;
}

export interface BenchContext {
  /** Cache folder for peers; lives on between runs. */
  readonly cacheDir: string;
  /** Cache folder for inputs; lives on between runs. */
  readonly inputDir: string;
  /** Scratch folder for outputs; removed at the end. */
  readonly scratchDir: string;
  /** Runs of each contender; the median counts. */
  readonly repetitions: number;
  /** Rows of an input from those of the real bench: all of them, or a hundredth when the bench itself is tried. */
  inputRows(rows: number): number;
  log(text: string): void;
}

/** A row from its limits, if any, written as `<= n` or `>= n`. */
export function benchRow(row: Omit<BenchRow, 'holds'>): BenchRow {
  return {
    ...row,
    value: Math.round(row.value * 1000) / 1000,
    holds: row.must === undefined || meets(row.value, row.must),
  };
}

/** Does a value keep to a limit? */
export function meets(value: number, limit: string): boolean {
  const [sign, bound] = limit.split(' ');
  return sign === '<=' ? value <= Number(bound) : value >= Number(bound);
}
