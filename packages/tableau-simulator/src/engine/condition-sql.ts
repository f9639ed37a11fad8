import { escapeName, escapeStringLiteral } from '@hyperferry/hyper';

import type { Condition, ConditionLeaf } from './update-actions.ts';

const operators: Readonly<Record<ConditionLeaf['op'], string>> = {
  eq: '=',
  neq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  // Equal or both null: `eq` never matches a null key.
  is: 'IS NOT DISTINCT FROM',
};

/** A condition as SQL over the aliases `t` (target) and `s` (source). */
export function conditionSql(condition: Condition): string {
  if ('args' in condition) {
    return `(${condition.args.map((part) => conditionSql(part)).join(condition.op === 'and' ? ' AND ' : ' OR ')})`;
  }
  const left = `t.${escapeName(condition['target-col'])}`;
  const sourceColumn = condition['source-col'];
  const right = sourceColumn === undefined ? constantSql(condition) : `s.${escapeName(sourceColumn)}`;
  // A date or a timestamp is compared as a timestamp with zone, as constants are written.
  const isTime = condition.const?.type === 'datetime' && condition.const.v !== null;
  return `(${isTime ? `CAST(${left} AS timestamptz)` : left} ${operators[condition.op]} ${right})`;
}

function constantSql(leaf: ConditionLeaf): string {
  const { type, v: value } = leaf.const ?? { type: 'string', v: null };
  if (value === null) return 'NULL';
  const literal = escapeStringLiteral(String(value));
  switch (type) {
    case 'string':
      return `CAST(${literal} AS text)`;
    case 'integer':
      return `CAST(${literal} AS bigint)`;
    case 'double':
      return `CAST(${literal} AS double precision)`;
    case 'boolean':
      return `CAST(${literal} AS boolean)`;
    default:
      return `CAST(${literal} AS timestamptz)`;
  }
}
