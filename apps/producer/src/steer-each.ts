import type { RunQueue, Steered } from '@hyperferry/queue';
import { toErrorReport, toHyperferryError } from '@hyperferry/schema';

import { printResult } from './print-result.ts';
import { withRunQueue } from './with-run-queue.ts';

/**
 * Does one verb to each of the runs, in their order, and prints a line for each. A run that refuses stops no other:
 * its error is printed, and is the exit status in the end.
 */
export async function steerEach(
  runIds: readonly string[],
  json: boolean | undefined,
  steer: (queue: RunQueue, runId: string) => Promise<Steered>,
): Promise<void> {
  await withRunQueue(async (queue) => {
    for (const runId of runIds) {
      try {
        const steered = await steer(queue, runId);
        const unchanged = steered.changed ? '' : ' (was so already)';
        printResult(json, steered, () => `${runId}  ${steered.state}${unchanged}`);
      } catch (thrown) {
        const error = toHyperferryError(thrown);
        // Without Redis the next run would fail as well, two seconds later.
        if (runIds.length === 1 || error.code === 'QUEUE_UNREACHABLE' || error.code === 'INTERNAL') throw error;
        process.stderr.write(
          json === true
            ? `${JSON.stringify({ runId, ...toErrorReport(error) })}\n`
            : `hyperferry: ${error.code}: ${error.message}\n  ${error.next}\n`,
        );
        process.exitCode ??= error.exit;
      }
    }
  });
}
