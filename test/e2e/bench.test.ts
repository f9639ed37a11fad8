import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { copyContender } from '../perf/contenders.ts';
import { measure } from '../perf/harness/measure.ts';
import { writeCsvInput } from '../perf/harness/write-csv-input.ts';

// The bench itself, at small inputs: what it measures is right; how quick things are is another question.

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-bench-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform !== 'linux')('the memory of an engine', () => {
  it('is its highest, although its process is renamed after the start, and though a child has started it', async () => {
    const source = join(folder, 'memory.csv');
    await writeCsvInput(source, { rows: 200_000 });
    const contender = copyContender('tuned', source, folder);
    const own = await measure(contender);
    const shell = ['-c', '"$@"; exit $?', 'sh', contender.command, ...contender.args];
    const below = await measure({ name: 'shell', command: '/bin/sh', args: shell });
    // The program file alone takes some 100 MB when the engine works; 45 MB were seen in its first moments.
    expect(own.enginePeakMb).toBeGreaterThan(130);
    expect(below.enginePeakMb).toBeGreaterThan(130);
    expect(below.peakMb).toBeLessThan(20);
  });
});
