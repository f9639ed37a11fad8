import type { Cell } from '@hyperferry/sources';

import type { GuessedLoadColumn } from '../extract/guess-columns.ts';
import { misfitReason, type Reject } from '../extract/rejects-file.ts';
import { classifyCell } from '../typing/classify-cell.ts';
import { kindsOfGiven } from '../typing/given-kinds.ts';
import { misfits } from './judge-cells.ts';
import type { RecordForm } from './record-automaton.ts';
import type { DoubtfulRecord, Verdict } from './scan-records.ts';

/** What was found out about the records that can't be loaded as they stand. */
export interface DirtyRecords {
  /** Data records that are not loaded because a value doesn't fit. */
  rejected: number;
  /** Those that are not loaded because of how they are written. */
  malformed: number;
  /** Cells that don't fit, by the kind that they are of; those loaded as NULL as well. */
  readonly rejectedKinds: ReadonlyMap<GuessedLoadColumn, Record<string, number>>;
}

export interface DirtyJudgeOptions {
  readonly columns: readonly GuessedLoadColumn[];
  readonly form: RecordForm;
  /** Cells of a proper record. */
  readonly width: number;
  /** Records with too few cells are filled up, empty cells past the width are cut. */
  readonly pads: boolean;
  /** Also called for records that are loaded without their bad values. */
  readonly onReject: (reject: Reject) => void;
}

/** Decides, record by record, what is loaded and what is set aside, and keeps the account. */
export function createDirtyJudge(options: DirtyJudgeOptions): {
  readonly judge: (record: DoubtfulRecord) => Verdict;
  readonly found: DirtyRecords;
} {
  const { columns, form, width, onReject } = options;
  const rejectedKinds = new Map<GuessedLoadColumn, Record<string, number>>(columns.map((column) => [column, {}]));
  const found: DirtyRecords = { rejected: 0, malformed: 0, rejectedKinds };

  const malformed = (record: DoubtfulRecord, reason: string): Verdict => {
    found.malformed += 1;
    const text = record.bytes.toString('utf8', record.start, record.end);
    onReject({ line: record.line, record: record.record, columns: [], values: [], reason, cells: text });
    return 'drop';
  };

  const countKinds = (bad: readonly GuessedLoadColumn[], cells: readonly Cell[]): void => {
    for (const column of bad) {
      const kinds = rejectedKinds.get(column)!;
      const kind = classifyCell(cells[column.index] ?? null, column.isGiven === true ? kindsOfGiven(column.type) : []);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
  };

  const judge = (record: DoubtfulRecord): Verdict => {
    const cells = options.pads ? padded(record.cells, width) : record.cells;
    if (cells.length !== width) return malformed(record, `${record.cells.length} cells instead of ${width}`);
    const bad = misfits(cells, columns);
    const rejecting = bad.filter((column) => !column.nullsBadValues);
    if (rejecting.length === 0) {
      if (bad.length === 0 && cells === record.cells && record.endsAsUsual) return 'keep';
      const nulled = new Set(bad.map(({ index }) => index));
      countKinds(bad, cells);
      if (bad.length > 0) onReject(misfit(record, cells, bad, true));
      return writeRecord(
        cells.map((cell, index) => (nulled.has(index) ? null : cell)),
        form,
      );
    }
    found.rejected += 1;
    countKinds(rejecting, cells);
    onReject(misfit(record, cells, rejecting, false));
    return 'drop';
  };
  return { judge, found };
}

function misfit(
  { line, record }: DoubtfulRecord,
  cells: readonly Cell[],
  bad: readonly GuessedLoadColumn[],
  isLoaded: boolean,
): Reject {
  return {
    line,
    record,
    columns: bad.map(({ name }) => name),
    values: bad.map(({ index }) => cells[index] ?? ''),
    reason: misfitReason(bad, isLoaded),
    cells,
  };
}

function padded(cells: readonly Cell[], width: number): readonly Cell[] {
  if (cells.length === width) return cells;
  if (cells.slice(width).some((cell) => cell !== null)) return cells;
  return Array.from({ length: width }, (_, index) => cells[index] ?? null);
}

/** A record as the engine reads it back with the same cells. */
function writeRecord(cells: readonly Cell[], { delimiter, quote, newline }: RecordForm): Buffer {
  const write = (cell: Cell): string => {
    if (cell === null || quote === null) return cell ?? '';
    const isPlain = cell !== '' && ![delimiter, quote, '\n', '\r'].some((mark) => cell.includes(mark));
    return isPlain ? cell : quote + cell.replaceAll(quote, quote + quote) + quote;
  };
  return Buffer.from(cells.map(write).join(delimiter) + newline);
}
