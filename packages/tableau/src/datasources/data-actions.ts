import { z } from 'zod';

const constantSchema = z.strictObject({
  type: z.enum(['string', 'integer', 'double', 'boolean', 'datetime']),
  v: z.union([z.string(), z.number(), z.boolean()]),
});

const leafOperators = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'is'] as const;

const leafSchema = z
  .strictObject({
    op: z.enum(leafOperators),
    'target-col': z.string().min(1),
    'source-col': z.string().min(1).optional(),
    const: constantSchema.optional(),
  })
  .refine((leaf) => (leaf['source-col'] === undefined) !== (leaf.const === undefined), {
    message: 'a comparison has either a source-col or a const',
  });

/** Which rows of the target: comparisons joined by and/or. `is` also matches NULL with NULL, `eq` never does. */
export type DataCondition =
  | z.infer<typeof leafSchema>
  | { readonly op: 'and' | 'or'; readonly args: readonly DataCondition[] };

export const dataConditionSchema: z.ZodType<DataCondition> = z.lazy(() =>
  z.union([leafSchema, z.strictObject({ op: z.enum(['and', 'or']), args: z.array(dataConditionSchema).min(1) })]),
);

const target = { 'target-table': z.string().min(1), 'target-schema': z.string().min(1).optional() };
const source = { 'source-table': z.string().min(1), 'source-schema': z.string().min(1).optional() };

/**
 * One change of the rows of a published data source; all actions of a request run in order and all or none.
 * https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_how_to_update_data_to_hyper.htm
 */
export const dataActionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('insert'), ...target, ...source }),
  z.strictObject({ action: z.literal('replace'), ...target, ...source }),
  z.strictObject({ action: z.literal('update'), ...target, ...source, condition: dataConditionSchema }),
  z.strictObject({ action: z.literal('upsert'), ...target, ...source, condition: dataConditionSchema }),
  z.strictObject({
    action: z.literal('delete'),
    ...target,
    'source-table': z.string().min(1).optional(),
    'source-schema': z.string().min(1).optional(),
    condition: dataConditionSchema,
  }),
]);

export type DataAction = z.infer<typeof dataActionSchema>;

/** Constants in a condition: 20,000 of them have killed a server's engine (TSC #1295). */
export function countConstants(condition: DataCondition): number {
  if ('args' in condition) return condition.args.reduce((sum, part) => sum + countConstants(part), 0);
  return condition.const === undefined ? 0 : 1;
}
