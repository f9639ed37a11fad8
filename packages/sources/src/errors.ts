import { HyperferryError, type HyperferryErrorOptions } from '@hyperferry/schema/errors';

type SourceCode = Extract<
  HyperferryError['code'],
  `SOURCE_${string}` | `CSV_${string}` | `COLUMN_${string}` | 'ROWS_UNACCOUNTED'
>;

/** A source that can't be read as asked. */
export class SourceError extends HyperferryError {
  override readonly name = 'SourceError';

  constructor(code: SourceCode, message: string, options: HyperferryErrorOptions = {}) {
    super(code, message, options);
  }
}
