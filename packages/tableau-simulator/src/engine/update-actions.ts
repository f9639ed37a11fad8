import { z } from 'zod';

const constantSchema = z.strictObject({
  type: z.enum(['string', 'integer', 'double', 'boolean', 'datetime']),
  v: z.union([z.string(), z.number(), z.boolean(), z.null()]),
});

const leafSchema = z
  .strictObject({
    op: z.enum(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'is']),
    'target-col': z.string().min(1),
    'source-col': z.string().min(1).optional(),
    const: constantSchema.optional(),
  })
  .refine((leaf) => (leaf['source-col'] === undefined) !== (leaf.const === undefined), {
    error: 'exactly one of source-col and const is needed',
  });

export type ConditionLeaf = z.infer<typeof leafSchema>;
export type Condition = ConditionLeaf | { readonly op: 'and' | 'or'; readonly args: readonly Condition[] };

const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([leafSchema, z.strictObject({ op: z.enum(['and', 'or']), args: z.array(conditionSchema).min(1) })]),
);

const actionSchema = z
  .strictObject({
    action: z.enum(['insert', 'update', 'upsert', 'delete', 'replace']),
    'target-table': z.string().min(1),
    'target-schema': z.string().min(1).optional(),
    'source-table': z.string().min(1).optional(),
    'source-schema': z.string().min(1).optional(),
    condition: conditionSchema.optional(),
  })
  .superRefine((action, context) => {
    const needsCondition = action.action === 'update' || action.action === 'upsert' || action.action === 'delete';
    const needsSource = action.action !== 'delete';
    if (needsCondition && action.condition === undefined) {
      context.addIssue({ code: 'custom', message: `${action.action} needs a condition` });
    }
    if (!needsCondition && action.condition !== undefined) {
      context.addIssue({ code: 'custom', message: `${action.action} takes no condition` });
    }
    if (needsSource && action['source-table'] === undefined) {
      context.addIssue({ code: 'custom', message: `${action.action} needs a source-table` });
    }
    if (action['source-table'] === undefined && leavesOf(action.condition).some((leaf) => 'source-col' in leaf)) {
      context.addIssue({ code: 'custom', message: 'source-col needs a source-table' });
    }
  });

/** The body of a data update: actions done in order, all or none. */
export const updateActionsSchema = z.strictObject({ actions: z.array(actionSchema).min(1) });

export type UpdateAction = z.infer<typeof actionSchema>;

/** All comparisons of a condition. */
export function leavesOf(condition: Condition | undefined): readonly ConditionLeaf[] {
  if (condition === undefined) return [];
  return 'args' in condition ? condition.args.flatMap((part) => leavesOf(part)) : [condition];
}
