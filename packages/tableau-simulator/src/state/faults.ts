import { z } from 'zod';

/** What goes wrong. */
export const faultActionSchema = z.discriminatedUnion('kind', [
  /** 429 before anything is done. */
  z.strictObject({
    kind: z.literal('throttle'),
    /** Seconds, or `date` for the HTTP date form; absent: no header. */
    retryAfter: z.union([z.number().min(0), z.literal('date')]).optional(),
    retryAfterSeconds: z.number().min(0).default(1),
    body: z.enum(['xml', 'html', 'empty']).default('xml'),
  }),
  /** The request is done, and then a gateway answers 504 with HTML. */
  z.strictObject({ kind: z.literal('gatewayTimeout') }),
  /** The connection is reset: before the request is read, after some bytes of it, or after it was done. */
  z.strictObject({
    kind: z.literal('cut'),
    when: z.enum(['before', 'during', 'after', 'reply']).default('before'),
    afterBytes: z.int().min(0).default(1024),
  }),
  /** A pause before the request is handled. */
  z.strictObject({ kind: z.literal('slow'), delayMs: z.int().min(0) }),
  /** An HTML page instead of an answer: a login proxy (200), Cloudflare (403). Nothing is done. */
  z.strictObject({ kind: z.literal('html'), status: z.int().min(200).max(599).default(200) }),
  /** A Tableau error. Nothing is done. */
  z.strictObject({
    kind: z.literal('error'),
    code: z.string().regex(/^\d{6}$/),
    detail: z.string().default('Fault plan'),
    status: z.int().min(400).max(599).optional(),
  }),
  /** A redirect; `$path` in the location stands for the path and query asked for. */
  z.strictObject({
    kind: z.literal('redirect'),
    status: z.union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)]).default(301),
    location: z.string().min(1),
  }),
  /** The job that the request starts ends like this. */
  z.strictObject({
    kind: z.literal('job'),
    outcome: z.enum(['failed', 'failedSilently', 'cancelled', 'never', 'vanished']),
    notes: z.string().default('The job failed by the fault plan.'),
  }),
]);

export type FaultAction = z.infer<typeof faultActionSchema>;

export const faultRuleSchema = z.strictObject({
  /** Name of a route (`datasources.publish`), with `*` for any text. */
  route: z.string().min(1).default('*'),
  /** Part of the path and query as sent, e.g. `asJob=true`; absent: any. */
  urlPart: z.string().optional(),
  /** Matching requests that pass first. */
  skip: z.int().min(0).default(0),
  /** Requests that fail; absent: all. */
  count: z.int().min(1).optional(),
  /** Chance of each matching request, drawn from the plan's seed. */
  probability: z.number().min(0).max(1).default(1),
  action: faultActionSchema,
});

export type FaultRule = z.infer<typeof faultRuleSchema>;
export type FaultRuleInput = z.input<typeof faultRuleSchema>;

export const faultPlanSchema = z.strictObject({
  seed: z.int().min(0).default(1),
  rules: z.array(faultRuleSchema).max(1000),
});

export interface FaultPlan {
  /** The first rule that applies to a request, counted as used. */
  take(route: string, url: string): FaultAction | undefined;
  set(plan: z.infer<typeof faultPlanSchema>): void;
  readonly rules: readonly FaultRule[];
  /** Faults done so far, by kind. */
  readonly done: Readonly<Record<string, number>>;
}

/** An empty plan. */
export function createFaultPlan(): FaultPlan {
  let rules: { readonly rule: FaultRule; seen: number; used: number }[] = [];
  let random = randomFrom(1);
  const done: Record<string, number> = {};
  return {
    get rules() {
      return rules.map(({ rule }) => rule);
    },
    done,
    set(plan) {
      rules = plan.rules.map((rule) => ({ rule, seen: 0, used: 0 }));
      random = randomFrom(plan.seed);
    },
    take(route, url) {
      for (const entry of rules) {
        const { rule } = entry;
        if (!routeMatches(rule.route, route) || !url.includes(rule.urlPart ?? '')) continue;
        if (rule.count !== undefined && entry.used >= rule.count) continue;
        entry.seen += 1;
        if (entry.seen <= rule.skip) continue;
        if (rule.probability < 1 && random() >= rule.probability) continue;
        entry.used += 1;
        done[rule.action.kind] = (done[rule.action.kind] ?? 0) + 1;
        return rule.action;
      }
      return undefined;
    },
  };
}

function routeMatches(pattern: string, route: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll('.', String.raw`\.`))
    .join('.*');
  return new RegExp(`^${source}$`).test(route);
}

/** Mulberry32: small, seeded, the same on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
