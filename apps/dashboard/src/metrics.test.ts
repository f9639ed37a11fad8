import { expect, it } from 'vitest';

import { mergeFamilies } from './metrics.ts';

it('writes the help of each family once, before all its samples', () => {
  const of = (queue: string): string =>
    `# HELP bullmq_job_count Jobs\n# TYPE bullmq_job_count gauge\nbullmq_job_count{queue="${queue}"} 1\n# TYPE x gauge\nx{queue="${queue}"} 2`;
  expect(mergeFamilies([of('runs'), of('parse')])).toBe(
    [
      '# HELP bullmq_job_count Jobs',
      '# TYPE bullmq_job_count gauge',
      'bullmq_job_count{queue="runs"} 1',
      'bullmq_job_count{queue="parse"} 1',
      '# TYPE x gauge',
      'x{queue="runs"} 2',
      'x{queue="parse"} 2',
    ].join('\n'),
  );
});

it('leaves out totals that nobody counts', () => {
  expect(mergeFamilies(['# TYPE bullmq_job_failed_total counter\nbullmq_job_failed_total{queue="runs"} 0'])).toBe('');
});
