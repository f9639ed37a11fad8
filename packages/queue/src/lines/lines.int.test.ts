import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startTestRedis, type TestRedis } from '../testing.ts';
import { LineModel, type ModelRun } from './line-model.fixture.ts';
import { createLines, type Lines, readRecord } from './lines.ts';
import type { RedisClient } from './run-script.ts';

let server: TestRedis;
let redis: RedisClient;
let lines: Lines;
beforeAll(async () => {
  server = await startTestRedis();
  redis = server.connection.open({ failFast: false, name: 'test' });
  lines = createLines(redis);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.close();
});

const modes = ['create', 'overwrite', 'createOrOverwrite', 'replace', 'append'] as const;
const lineNames = ['L1', 'L2'] as const;
const pick = fc.nat({ max: 9 });
/** 0 is the newest fence, appointment or generation; others are what a frozen worker would still hold. */
const age = fc.oneof({ arbitrary: fc.constant(0), weight: 5 }, { arbitrary: fc.constant(1), weight: 1 });

const commands = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      run: pick,
      line: fc.constantFrom(...lineNames),
      mode: fc.constantFrom(...modes),
      hold: fc.boolean(),
      priority: fc.constantFrom(1, 5, 100, 1000),
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ do: fc.constant('start' as const), run: pick, age }), weight: 4 },
  {
    arbitrary: fc.record({
      do: fc.constant('finish' as const),
      run: pick,
      age,
      outcome: fc.constantFrom('succeeded' as const, 'failed' as const, 'cancelled' as const),
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ do: fc.constant('begin' as const), run: pick, age }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constantFrom('confirm' as const, 'settle' as const), run: pick, age }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('end' as const), run: pick, age, ok: fc.boolean() }), weight: 3 },
  {
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'skip' as const, 'retry' as const),
      run: pick,
      flag: fc.boolean(),
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ do: fc.constant('release' as const), run: pick }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('reappoint' as const), run: pick, age }), weight: 2 },
  {
    arbitrary: fc.record({
      do: fc.constant('pause' as const),
      line: fc.constantFrom(...lineNames),
      flag: fc.boolean(),
    }),
    weight: 1,
  },
);
type Command = typeof commands extends fc.Arbitrary<infer C> ? C : never;

/** Applies a command to both and returns both answers. */
async function apply(model: LineModel, command: Command, held: Map<string, string[]>): Promise<[unknown, unknown]> {
  if (command.do === 'submit') {
    const runId = `r${command.run}`;
    const { line, mode } = model.runs.get(runId) ?? command;
    const onFailure = command.hold ? 'hold' : 'continue';
    const { priority } = command;
    const submission = { runId, line, mode, bodyHash: 'b', priority, onFailure, fields } as const;
    const reply = await lines.submit(submission);
    return [reply.status, model.submit(runId, line, mode, onFailure, priority)];
  }
  if (command.do === 'pause') {
    await lines.pauseLine(command.line, command.flag, '{}');
    model.setPaused(command.line, command.flag);
    return ['ok', 'ok'];
  }
  // Most commands go to a head: elsewhere little happens.
  const head = model.line(command.run % 2 === 0 ? 'L1' : 'L2')[0];
  const ids = [...model.runs.keys()];
  const run =
    command.do !== 'retry' && command.run < 7 && head
      ? head
      : model.runs.get(ids[command.run % Math.max(1, ids.length)] ?? '');
  if (!run) return ['', ''];
  return applyToRun(model, command, run, held);
}

const fields = {
  v: '1',
  target: '{"connection":"default","project":"P","name":"N","mode":"append"}',
  server: '{"url":"https://t","site":""}',
  spec: `{"key":"k","sizeBytes":1,"sha256":"${'a'.repeat(64)}"}`,
};

async function applyToRun(
  model: LineModel,
  command: Exclude<Command, { do: 'submit' | 'pause' }>,
  run: ModelRun,
  held: Map<string, string[]>,
): Promise<[unknown, unknown]> {
  const { id } = run;
  const fencesOf = (kind: string): string[] => held.get(`${kind} ${id}`) ?? [];
  const remember = (kind: string, fence: string | undefined): string => {
    held.set(`${kind} ${id}`, [...fencesOf(kind), fence ?? '']);
    return fence ?? '';
  };
  const fenceAt = (kind: string, back: number): string => fencesOf(kind).at(-1 - back) ?? 'none';
  const claim = (back: number) => ({
    runId: id,
    gen: run.gen,
    stage: 'publish' as const,
    fence: fenceAt('stage', back),
  });
  switch (command.do) {
    case 'start': {
      const reply = await lines.start(id, run.n - command.age, 'w');
      const status = model.start(run, run.n - command.age);
      if (reply.status === 'ok') run.fence = remember('run', reply.fence);
      return [reply.status, status];
    }
    case 'finish': {
      const fence = fenceAt('run', command.age);
      return [
        (await lines.finish({ runId: id, fence, outcome: command.outcome })).status,
        model.finish(run, fence, command.outcome),
      ];
    }
    case 'begin': {
      const gen = run.gen - command.age;
      const reply = await lines.beginStage({ runId: id, gen, stage: 'publish' }, 'w');
      if (reply.status === 'ok') {
        expect(reply.intent !== '').toBe(run.intent);
        run.stageFence = remember('stage', reply.fence);
      }
      return [reply.status, model.beginStage(run, gen)];
    }
    case 'confirm':
      return [
        (await lines.confirm(claim(command.age))).status,
        model.confirm(run, run.gen, fenceAt('stage', command.age)),
      ];
    case 'settle':
      return [
        (await lines.settle(claim(command.age))).status,
        model.settle(run, run.gen, fenceAt('stage', command.age)),
      ];
    case 'end': {
      const outcome = command.ok ? { result: '{}' } : { error: '{}' };
      const reply = await lines.endStage(claim(command.age), outcome);
      return [reply.status, model.endStage(run, run.gen, fenceAt('stage', command.age), command.ok)];
    }
    case 'cancel':
      return [(await lines.cancel(id, command.flag)).status, model.cancel(run, command.flag)];
    case 'skip':
      return [(await lines.skip(id, command.flag)).status, model.skip(run, command.flag)];
    case 'retry':
      return [(await lines.retry(id, { force: command.flag, restart: false })).status, model.retry(run, command.flag)];
    case 'release':
      return [(await lines.release(id)).status, model.release(run)];
    case 'reappoint': {
      const n = run.n - command.age;
      return [(await lines.reappoint({ runId: id, n }, 1000, '{}')).status, model.reappoint(run, n)];
    }
    default:
      return command;
  }
}

async function expectEqual(model: LineModel): Promise<void> {
  for (const name of lineNames) {
    const ids = await redis.zrange(`{hf}:line:${name}:q`, '0', '-1');
    expect(ids).toEqual(model.line(name).map((run) => run.id));
    expect((await redis.zrange(`{hf}:line:${name}:p`, '0', '-1')).sort()).toEqual([...ids].sort());
    expect(await redis.sismember('{hf}:lines', name)).toBe(ids.length > 0 ? 1 : 0);
    model.heal(name);
    const [head] = await lines.heads([name]);
    expect(head && { runId: head.runId, n: head.n, priority: head.priority }).toEqual(model.appointable(name));
  }
  for (const run of model.runs.values()) {
    const record = await readRecord(redis, run.id);
    const { state, gen, n, first } = run;
    expect(record).toMatchObject({ state, gen, n, first: first });
    expect({ intent: record?.intent !== '', cancel: record?.cancel !== '' }).toEqual({
      intent: run.intent,
      cancel: run.cancel,
    });
    expect(await redis.zscore(`{hf}:state:${state}`, run.id)).not.toBeNull();
    const ended = ['succeeded', 'failed', 'cancelled', 'superseded'].includes(state);
    expect((await redis.ttl(`{hf}:run:${run.id}`)) > 0).toBe(ended);
  }
}

test(
  'the lines do what the model does, whatever comes in whatever order, stale calls included',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 5, maxLength: 60 }), async (sequence) => {
        await redis.flushall();
        const model = new LineModel();
        const held = new Map<string, string[]>();
        for (const command of sequence) {
          const [actual, expected] = await apply(model, command, held);
          expect(actual, JSON.stringify(command)).toBe(expected);
        }
        await expectEqual(model);
      }),
      { numRuns: Number(process.env['HYPERFERRY_PROPERTY_RUNS'] ?? 500) },
    );
  },
);
