import type { ColumnType, ExtractSpec } from '@hyperferry/schema';
import { HyperferryError } from '@hyperferry/schema/errors';

/** `a,"b, c",d` as column names: one CSV record, so that a name may hold a comma. @throws {HyperferryError} USAGE_INVALID */
export async function parseColumns(text: string): Promise<string[]> {
  const names = (await parseRecord(text)).map((name) => name.trim());
  if (names.length === 0 || names.includes('')) {
    throw new HyperferryError('USAGE_INVALID', '--columns wants column names separated by commas');
  }
  return names;
}

/**
 * `date=date,zip=text,price=numeric(18,2)` as types by column name. A name with a comma or `=` is quoted as in CSV:
 * `"a,b=c"=text`.
 * @throws {HyperferryError} USAGE_INVALID, SPEC_INVALID
 */
export async function parseTypes(text: string): Promise<Record<string, ColumnType>> {
  // The comma inside numeric(18,2) separates nothing: take it away before the record is read.
  const record = await parseRecord(text.replaceAll(/\((\s*\d+\s*),(\s*\d+\s*)\)/g, '($1;$2)'));
  const { columnTypeSchema, parseWith } = await import('@hyperferry/schema');
  const types: Record<string, ColumnType> = {};
  for (const [name, type] of pairs(record, '--types wants NAME=TYPE')) {
    types[name] = parseWith(columnTypeSchema, type.replace(';', ','), `type of column ${name}`);
  }
  return types;
}

/**
 * `reject` or `null` for all columns, or `amount=null,zip=reject` for some.
 * @throws {HyperferryError} USAGE_INVALID
 */
export async function parseBadValues(text: string): Promise<ExtractSpec['badValues']> {
  if (!text.includes('=')) return parsePolicy(text.trim());
  const policies = pairs(await parseRecord(text), '--bad-values wants NAME=POLICY');
  return Object.fromEntries(policies.map(([name, policy]) => [name, parsePolicy(policy)]));
}

function parsePolicy(text: string): 'reject' | 'null' {
  if (text === 'reject' || text === 'null') return text;
  throw new HyperferryError('USAGE_INVALID', `--bad-values wants reject or null, not ${JSON.stringify(text)}`);
}

/** @throws {HyperferryError} USAGE_INVALID, also when a name stands twice */
function pairs(record: readonly string[], wants: string): (readonly [name: string, value: string])[] {
  const named = new Set<string>();
  return record.map((item) => {
    const at = item.lastIndexOf('=');
    const name = item.slice(0, at).trim();
    if (at < 1 || name === '') {
      throw new HyperferryError('USAGE_INVALID', `${wants} separated by commas, not ${JSON.stringify(item)}`);
    }
    if (named.has(name)) {
      throw new HyperferryError(
        'USAGE_INVALID',
        `${wants}, once for each column: ${JSON.stringify(name)} stands twice`,
      );
    }
    named.add(name);
    return [name, item.slice(at + 1).trim()] as const;
  });
}

/** One CSV record. @throws {HyperferryError} USAGE_INVALID */
export async function parseRecord(text: string): Promise<string[]> {
  const { parseString } = await import('fast-csv');
  return await new Promise((resolve, reject) => {
    let record: string[] = [];
    parseString<string[], string[]>(text, { headers: false })
      .on('error', (error) =>
        reject(new HyperferryError('USAGE_INVALID', `not a list: ${error.message}`, { cause: error })),
      )
      .on('data', (row: string[]) => (record = row))
      .on('end', () => resolve(record));
  });
}
