import type { ColumnType } from '@hyperferry/schema';

import { NULL_KIND, OTHER_KIND, TOKEN_KIND } from './classify-cell.ts';
import type { ColumnCounts } from './column-counts.ts';
import { type ColumnKind, columnKinds, givenColumnKinds, textKind } from './column-kinds.ts';
import { numberColumns } from './number-columns.ts';
import { floatKinds } from './number-kinds.ts';
import {
  type ColumnDecision,
  type NoteOptions,
  notes,
  seenOf,
  valueCount,
  warningOf,
  zeroDates,
} from './decide-column.ts';
import { ambiguityOf, contradictionOf, type LocaleOptions, preferredKinds } from './locale.ts';

const dateKinds = ['iso-date', 'compact-date', 'mdy-date', 'dmy-date', 'ymd-date', 'name-date'];
const timestampKinds = [
  'iso-timestamp',
  'compact-date',
  'mdy-timestamp',
  'dmy-timestamp',
  'ymd-timestamp',
  'name-timestamp',
];

const timestamptzKinds = ['iso-timestamptz', 'mdy-timestamptz', 'dmy-timestamptz', 'name-timestamptz'];

/** Which ways of reading a column give a value of the asked type. */
function kindsFor(type: ColumnType): readonly string[] {
  if (type === 'boolean') return ['boolean'];
  if (type === 'double' || type.startsWith('numeric')) return numberColumns.map(({ id }) => id);
  if (type === 'date') return [...dateKinds, ...givenIds(type)];
  if (type === 'timestamp') return [...timestampKinds, ...givenIds(type)];
  if (type === 'timestamptz') return [...timestamptzKinds, ...timestampKinds, ...givenIds(type)];
  if (type === 'time') return ['time'];
  return numberColumns.map(({ id }) => id).filter((id) => !id.endsWith('percent'));
}

const givenIds = (type: ColumnType): string[] =>
  givenColumnKinds.map(({ id }) => id).filter((id) => id.endsWith(`-given-${type}`));

const isNumberType = (type: ColumnType): boolean => /^(?:double|numeric|(?:small|big)?int)/.test(type);

/** Kinds that a column of a given type takes beyond what inference would: asked for, a leading zero may go. */
function acceptsMore(type: ColumnType, { id, point }: ColumnKind): readonly string[] {
  if (!isNumberType(type)) return [];
  const zeros = ['leading-zero', 'long-digits'];
  if (id === 'integer') return zeros;
  return point === 'comma' ? [...zeros, 'zero-comma', 'dialled'] : [...zeros, 'zero-dot'];
}

/** Is a kind of cells taken when the type is given, though inference would not? */
export function isTakenWhenGiven(id: string, type: ColumnType): boolean {
  return isNumberType(type) && /^(?:leading-zero|long-digits|zero-dot|zero-comma|dialled)$/.test(id);
}

/** The decision for a column whose type the spec gives: cells that don't fit are bad, however many. */
export function forceColumn(
  counts: ColumnCounts,
  type: ColumnType,
  options: LocaleOptions & NoteOptions = {},
): ColumnDecision {
  const nulls = counts.kinds[NULL_KIND] ?? 0;
  const tokens = counts.kinds[TOKEN_KIND] ?? 0;
  if (type === 'text') return decision(textKind, type, nulls, 0, [OTHER_KIND], false);
  const values = valueCount(counts);
  const ids = kindsFor(type);
  let best: { kind: ColumnKind; accepts: string[]; good: number } | undefined;
  const kinds = [columnKinds, givenColumnKinds].flatMap((all) => preferredKinds(counts, options, all));
  for (const kind of kinds) {
    if (!ids.includes(kind.id)) continue;
    const accepts = [...kind.accepts, ...acceptsMore(type, kind)].filter(
      (id) => type === 'double' || !floatKinds.includes(id),
    );
    const good = accepts.reduce((sum, id) => sum + (counts.kinds[id] ?? 0), 0);
    if (best === undefined || good > best.good) best = { kind, accepts, good };
  }
  const { kind, accepts, good } = best!;
  const seen = seenOf(accepts, counts);
  const zeros = zeroDates(kind, counts);
  const found = decision(kind, type, nulls + tokens + zeros, counts.misfits ?? values - good, seen, tokens > 0);
  const { settled, warning } = ambiguityOf(kind, seen, options);
  return {
    ...found,
    reason: [found.reason, ...notes(zeros, settled, options)].join('; '),
    ...warningOf(zeros, warning, contradictionOf(kind, counts, options)?.warning),
  };
}

function decision(
  kind: ColumnKind,
  type: ColumnType,
  nulls: number,
  bad: number,
  kindsSeen: readonly string[],
  hasNullTokens: boolean,
): ColumnDecision {
  const misfits = bad > 0 ? `; ${bad.toLocaleString('en-US')} values don't fit` : '';
  return { kind, type, reason: `given by the spec${misfits}`, nulls, bad, misfitShare: 0, kindsSeen, hasNullTokens };
}
