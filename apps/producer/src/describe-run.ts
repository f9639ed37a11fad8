import type { RunView, WaitReason } from '@hyperferry/queue';
import type { RunProgress } from '@hyperferry/schema';

import { describeProgress } from './describe-progress.ts';
import { describeWait } from './describe-wait.ts';
import { showDuration, showTime } from './show-times.ts';
import { textPairs, textTable } from './text-table.ts';

/** Runs as a table, one line each. */
export function describeRuns(runs: readonly RunView[]): string {
  return textTable(
    [
      { title: 'run' },
      { title: 'state' },
      { title: 'target' },
      { title: 'mode' },
      { title: 'submitted' },
      { title: 'took', right: true },
      { title: 'read', right: true },
      { title: 'loaded', right: true },
      { title: 'rejected', right: true },
      { title: 'error' },
    ],
    runs.map((run) => [
      run.runId,
      stateOf(run),
      targetPath(run.target),
      run.target.mode,
      showTime(run.submittedAt),
      tookOf(run) ?? '',
      countOf(run.report?.rows?.read),
      countOf(run.report?.rows?.loaded),
      countOf(run.report?.rows?.rejected),
      run.error?.code ?? '',
    ]),
  );
}

/** One run with all that is known about it, and what can be done. */
export function describeRun(run: RunView, waits: readonly WaitReason[] = []): string {
  const { report, progress, error } = run;
  const rows = report?.rows;
  const facts = textPairs([
    ['run', run.runId],
    ['state', stateOf(run)],
    ['target', targetPath(run.target)],
    ['mode', run.target.mode],
    ['connection', `${run.target.connection} (${run.server.url}, site ${run.server.site || 'default'})`],
    ['submitted', showTime(run.submittedAt)],
    ['started', run.startedAt && showTime(run.startedAt)],
    ['ended', run.endedAt && showTime(run.endedAt)],
    ['took', tookOf(run)],
    ['generation', run.generation > 1 ? String(run.generation) : undefined],
    ['now', run.state === 'running' && progress ? describeNow(progress) : undefined],
    ['waits', describeWait(run.runId, waits)],
    [
      'rows',
      rows &&
        `${countOf(rows.read)} read = ${countOf(rows.loaded)} loaded + ${countOf(rows.rejected)} rejected + ${countOf(rows.filtered)} filtered`,
    ],
    ['extract', report?.extractBytes === undefined ? undefined : `${countOf(report.extractBytes)} bytes`],
    ['published', report?.published && `${report.published.action}, id ${report.published.id}`],
    ['link', report?.published?.webpageUrl],
    ['superseded by', run.supersededBy],
    ['supersedes', run.supersedes?.join(', ')],
    ['healed by', run.healedBy],
    ['error', error && `${error.code}: ${error.message}`],
    ['next', nextOf(run)],
  ]);
  if (report === undefined || report.stages.length === 0) return facts;
  const stages = textTable(
    [{ title: 'stage' }, { title: 'started' }, { title: 'took', right: true }, { title: 'attempts', right: true }],
    report.stages.map((stage) => [
      stage.outcome === undefined ? stage.stage : `${stage.stage} (${stage.outcome})`,
      showTime(stage.startedAt),
      showDuration(stage.durationMs),
      String(stage.attempts),
    ]),
  );
  return `${facts}\n\n${stages}`;
}

/** A target as people write it: its project path and the data source's name. */
export function targetPath({ project, name }: Pick<RunView['target'], 'project' | 'name'>): string {
  return `${project}/${name.replaceAll('/', String.raw`\/`)}`;
}

function describeNow(progress: RunProgress): string {
  const { stage, state } = progress;
  const detail = describeProgress(progress);
  return detail === state ? `${stage} ${state}` : `${stage} ${state}, ${detail}`;
}

function stateOf({ state, cancelRequested, outcomeUnknown }: RunView): string {
  if (state === 'running' && cancelRequested) return 'running (to be cancelled)';
  return state === 'held' && outcomeUnknown ? 'held (outcome unknown)' : state;
}

function nextOf(run: RunView): string | undefined {
  if (run.state === 'held') {
    const look = run.outcomeUnknown ? 'look at the data source; then ' : '';
    const accept = run.outcomeUnknown ? ' --accept-unknown' : '';
    return `${run.error?.next ?? ''} Its line waits: ${look}hyperferry release ${run.runId}, or hyperferry skip ${run.runId}${accept}`.trim();
  }
  if (run.state === 'failed' && run.error !== undefined) {
    return `${run.error.next} Then: hyperferry retry ${run.runId}`;
  }
  return run.error?.next;
}

function tookOf({ startedAt, endedAt, state }: RunView): string | undefined {
  if (startedAt === undefined) return undefined;
  const until = endedAt ?? (state === 'running' ? new Date().toISOString() : undefined);
  return until === undefined ? undefined : showDuration(Math.max(0, Date.parse(until) - Date.parse(startedAt)));
}

function countOf(count: number | undefined): string {
  return count === undefined ? '' : count.toLocaleString('en-US');
}
