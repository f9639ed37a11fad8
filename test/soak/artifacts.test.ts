import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { orphanedArtifacts } from './artifacts.ts';
import type { EndedRun } from './books.ts';

it('counts what nobody needs: not what a retry needs, nor what may be submitted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hf-orphans-'));
  try {
    const spec = JSON.stringify({ source: { artifact: { key: 'runs/bad/source/s' } } });
    const files = ['good', 'bad'].flatMap((run) =>
      ['source/s', 'source/s.part-1-a', 'extract/extract-1.hyper', 'report.json'].map((name) => `runs/${run}/${name}`),
    );
    for (const key of [...files, 'runs/bad/spec.json', 'runs/unanswered/source/s', 'store-id']) {
      await mkdir(dirname(join(folder, 'data', 'artifacts', key)), { recursive: true });
      await writeFile(join(folder, 'data', 'artifacts', key), spec);
    }
    const run = { number: 1, target: 't', mode: 'append', rows: 1, submitTwice: false, priority: 100 } as const;
    const end = { seq: 1, endedAtMs: 1, unknown: false } as const;
    const ended: EndedRun[] = [
      { ...end, run: { ...run, runId: 'good' }, state: 'succeeded' },
      {
        ...end,
        run: { ...run, runId: 'bad' },
        state: 'failed',
        specKey: 'runs/bad/spec.json',
        extractKey: 'runs/bad/extract/extract-1.hyper',
      },
    ];
    expect((await orphanedArtifacts({ folder }, ended, 0)).sort()).toEqual(
      ['bad/source/s.part-1-a', 'good/extract/extract-1.hyper', 'good/source/s', 'good/source/s.part-1-a'].map(
        (key) => `artifact runs/${key}`,
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
