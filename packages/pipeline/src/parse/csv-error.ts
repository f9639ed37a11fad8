import type { SourceIdentity } from '@hyperferry/schema';
import { isHyperferryError } from '@hyperferry/schema/errors';
import { SourceError } from '@hyperferry/sources';

/** SQLSTATE of a file that the engine doesn't find. */
const UNDEFINED_FILE = '58P01';

/**
 * What the engine says about a CSV that it can't read, in our words; other errors as they are.
 * The engine counts records, header included: with cells over several lines this is not the physical line.
 */
export function toCsvError(
  thrown: unknown,
  source: Pick<SourceIdentity, 'name'>,
  columnNames: readonly string[],
): unknown {
  if (!isHyperferryError(thrown)) return thrown;
  const { sqlState, detail = '' } = thrown as { sqlState?: string; detail?: string };
  if (sqlState === UNDEFINED_FILE && thrown.message.includes('external source'))
    return new SourceError('SOURCE_CHANGED', `"${source.name}" was removed while it was read`, { cause: thrown });
  if (sqlState === undefined || !sqlState.startsWith('22')) return thrown;
  const record = /line:?\s*(\d+)/.exec(detail)?.[1] ?? /line (\d+)/.exec(thrown.message)?.[1];
  const position = /column:?\s*(\d+)/.exec(detail)?.[1];
  const column = position === undefined ? undefined : columnNames[Number(position) - 1];
  const where = `${record === undefined ? 'a record' : `record ${record}`}${column === undefined ? '' : `, column "${column}"`} of "${source.name}"`;
  const details = { record: record === undefined ? undefined : Number(record), column };
  const fail = (code: ConstructorParameters<typeof SourceError>[0], what: string): SourceError =>
    new SourceError(code, `${where}: ${what}`, { details, cause: thrown });
  const { message } = thrown;
  if (sqlState === '22021') return fail('CSV_ENCODING_INVALID', 'the text is not valid UTF-8');
  if (message.includes('too few columns')) return fail('CSV_ROW_RAGGED', 'it has fewer fields than the header');
  if (message.includes('too many columns')) return fail('CSV_ROW_RAGGED', 'it has more fields than the header');
  if (message.includes('unterminated')) return fail('CSV_QUOTE_UNTERMINATED', 'a quote is opened and never closed');
  if (message.includes('carriage return')) return fail('CSV_ROW_RAGGED', 'a carriage return stands alone');
  return fail('CSV_VALUE_INVALID', 'a value does not fit the type of its column');
}
