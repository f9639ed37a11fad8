import { defineCodes } from '../error-code.ts';

export const sourceCodes = defineCodes({
  SOURCE_NOT_FOUND: { retryable: false, exit: 3, http: 400, next: 'Check the path; quote it if it has blanks.' },
  SOURCE_NOT_A_FILE: { retryable: false, exit: 3, http: 400, next: 'Name a file, not a folder or device.' },
  SOURCE_NOT_READABLE: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Give the user that runs hyperferry read permission on the file.',
  },
  SOURCE_NOT_ALLOWED: {
    retryable: false,
    exit: 3,
    http: 403,
    next: 'Put the file below a folder listed in HYPERFERRY_SOURCE_ROOTS of the worker, or submit its content with `hyperferry publish FILE`.',
  },
  SOURCE_EMPTY: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Check what writes the file; an empty file has no header.',
  },
  SOURCE_NO_ROWS: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Pass --allow-empty if a data source without rows is intended.',
  },
  SOURCE_BINARY: { retryable: false, exit: 3, http: 400, next: 'Export the data as CSV text.' },
  SOURCE_ARCHIVE_INVALID: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Unpack the file and give the CSV itself, or pack exactly one CSV.',
  },
  SOURCE_CHANGED: {
    retryable: true,
    exit: 3,
    http: 409,
    next: 'Run again when the program that writes the file has finished.',
  },
  COLUMN_UNKNOWN: { retryable: false, exit: 3, http: 400, next: 'Use one of the listed column names.' },
  COLUMN_DUPLICATE: { retryable: false, exit: 3, http: 400, next: 'Give each column a name of its own.' },
  COLUMN_TOO_MANY: { retryable: false, exit: 3, http: 400, next: 'Select at most 16,384 columns with --columns.' },
  CSV_ENCODING_INVALID: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'State the encoding of the file, or save it as UTF-8.',
  },
  CSV_ROW_RAGGED: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Correct the row: it has another number of fields than the header.',
  },
  CSV_QUOTE_UNTERMINATED: { retryable: false, exit: 3, http: 400, next: 'Close the quote of the named record.' },
  CSV_RECORD_TOO_LONG: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Check the quotes around the named record: no record may be longer than 16 MB, the first one 1 MB.',
  },
  CSV_VALUE_INVALID: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Correct the value, or load the column as text with --types.',
  },
  ROWS_UNACCOUNTED: {
    retryable: false,
    exit: 3,
    http: 500,
    next: 'Nothing was written. Report this file: rows read must equal loaded, rejected and filtered together.',
  },
});
