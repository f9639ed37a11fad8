export { type ColumnName, uniqueColumnNames } from './csv/column-names.ts';
export { type Cell, parseRecords } from './csv/parse-records.ts';
export { type SniffedCsv, sniffCsv, type SniffOptions } from './csv/sniff-csv.ts';
export { SourceError } from './errors.ts';
export { checkSourceFile, type CheckSourceFileOptions, type SourceFile } from './file/check-source-file.ts';
export { openSource, streamSource } from './file/open-source.ts';
export {
  changedError,
  checkStamp,
  checkUnchanged,
  type FileStamp,
  readIdentity,
  type ReadIdentityOptions,
  stampFile,
} from './file/source-identity.ts';
export { type MendedText, mendedWarnings } from './encoding/mended-text.ts';
export { MAX_RECORD_BYTES, recordTooLong } from './records/record-limit.ts';
export { csvOverrides } from './text-layer/csv-overrides.ts';
export { type MisfitRecord, numberedDialect, numberTable, type NumberTableOptions } from './text-layer/number-table.ts';
export { type OpenedTable, openTable, type TableOverrides } from './text-layer/open-table.ts';
export { openText } from './text-layer/open-text.ts';
export { commentWarnings } from './text-layer/left-out.ts';
export type { CommentLines, TextTable } from './text-layer/read-table.ts';
export { csvRecord, writeCsv } from './text-layer/write-csv.ts';
