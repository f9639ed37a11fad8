import { z } from 'zod';

/** The column types of an extract, by the names of the Hyper SQL types. */
export const simpleColumnTypes = [
  'boolean',
  'smallint',
  'integer',
  'bigint',
  'double',
  'date',
  'timestamp',
  'timestamptz',
  'time',
  'text',
] as const;

/** A column's type as written in a spec or profile: a simple name, `numeric(p,s)`, or one of the short names below. */
export const columnTypeSchema = z
  .string()
  .transform((text) => text.trim().toLowerCase())
  .transform((text) => columnTypeAliases[text] ?? text.replaceAll(/\s+/g, ''))
  .transform((text) =>
    text.replace(/^(?:numeric|decimal)\((\d+)(?:,(\d+))?\)$/, (_, p, s = '0') => `numeric(${p},${s})`),
  )
  .refine(isColumnType, {
    error: (issue) =>
      `unknown column type "${String(issue.input)}": use ${simpleColumnTypes.join(', ')} or numeric(p,s) with p ≤ 38`,
  });

export type ColumnType = z.infer<typeof columnTypeSchema>;

const columnTypeAliases: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int: 'bigint',
  number: 'double',
  float: 'double',
  real: 'double',
  'double precision': 'double',
  string: 'text',
  varchar: 'text',
  datetime: 'timestamp',
  decimal: 'numeric(18,2)',
  numeric: 'numeric(18,2)',
};

function isColumnType(text: string): boolean {
  if ((simpleColumnTypes as readonly string[]).includes(text)) return true;
  const match = /^numeric\((\d{1,2}),(\d{1,2})\)$/.exec(text);
  return match !== null && Number(match[1]) >= 1 && Number(match[1]) <= 38 && Number(match[2]) <= Number(match[1]);
}
