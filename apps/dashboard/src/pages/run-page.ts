import type { RunView } from '@hyperferry/queue';
import { type Profile, type RunProgress, type Stage, stages } from '@hyperferry/schema';
import { html } from 'hono/html';

import {
  type Markup,
  nothing,
  outsideLink,
  showBytes,
  showCount,
  showDuration,
  stateTag,
  timeTag,
  tookOf,
} from './format.ts';
import { profileSection } from './profile-section.ts';

export interface RunPageInput {
  readonly run: RunView;
  /** Where the artifact store can be read and has one. */
  readonly profile: Profile | undefined;
  readonly hasRejects: boolean;
  readonly nowMs: number;
}

/** One run with all that is known about it. */
export function runContent({ run, profile, hasRejects, nowMs }: RunPageInput): Markup {
  const { target, report } = run;
  const published = report?.published;
  return html`<p class="crumbs"><a href="/">Runs</a> / <span class="id">${run.runId}</span></p>
    <div class="title"><h1>${target.name} ${stateTag(run.state, stateDetail(run))}</h1></div>
    ${problemSection(run)} ${heldSection(run)}
    <section class="facts">
      <dl>
        <div>
          <dt>Target</dt>
          <dd>${target.project} / ${target.name}</dd>
        </div>
        <div>
          <dt>Mode</dt>
          <dd>${target.mode}</dd>
        </div>
        <div>
          <dt>Connection</dt>
          <dd>
            ${target.connection}<span class="under"
              >${run.server.url}${run.server.site === '' ? '' : ` · site ${run.server.site}`}</span
            >
          </dd>
        </div>
        <div>
          <dt>Submitted</dt>
          <dd>${timeTag(run.submittedAt)}</dd>
        </div>
        ${
          run.startedAt === undefined
            ? nothing
            : html`<div>
                <dt>Started</dt>
                <dd>${timeTag(run.startedAt)}</dd>
              </div>`
        }
        ${
          run.endedAt === undefined
            ? nothing
            : html`<div>
                <dt>Ended</dt>
                <dd>${timeTag(run.endedAt)}</dd>
              </div>`
        }
        <div>
          <dt>Took</dt>
          <dd>${tookOf(run, nowMs)}</dd>
        </div>
        ${
          run.generation > 1
            ? html`<div>
                <dt>Generation</dt>
                <dd>
                  ${run.generation}<span class="under"
                    >retried or released ${run.generation - 1} ${run.generation === 2 ? 'time' : 'times'}</span
                  >
                </dd>
              </div>`
            : nothing
        }
        ${
          run.supersededBy === undefined
            ? nothing
            : html`<div>
                <dt>Superseded by</dt>
                <dd><a class="id" href="/runs/${run.supersededBy}">${run.supersededBy}</a></dd>
              </div>`
        }
        ${
          run.supersedes === undefined
            ? nothing
            : html`<div>
                <dt>Supersedes</dt>
                <dd>${run.supersedes.map((id) => html`<a class="id" href="/runs/${id}">${id}</a> `)}</dd>
              </div>`
        }
        ${
          run.healedBy === undefined
            ? nothing
            : html`<div>
                <dt>Healed by</dt>
                <dd><a class="id" href="/runs/${run.healedBy}">${run.healedBy}</a></dd>
              </div>`
        }
      </dl>
    </section>
    ${rowsSection(run)} ${stagesSection(run)}
    ${
      published === undefined
        ? nothing
        : html`<section>
            <h2>In Tableau</h2>
            <p>
              ${published.action[0]?.toUpperCase()}${published.action.slice(1)}
              <strong>${published.projectPath} / ${published.name}</strong>, ${showBytes(published.bytes)} in
              ${showCount(published.chunks)} ${published.chunks === 1 ? 'chunk' : 'chunks'}.
              ${published.webpageUrl === undefined ? nothing : outsideLink(published.webpageUrl, 'Open it in Tableau')}
            </p>
            ${(published.warnings ?? []).map((warning) => html`<p class="banner">${warning}</p>`)}
          </section>`
    }
    ${profile === undefined ? nothing : profileSection(profile, run.runId)}
    <section>
      <h2>Files and more</h2>
      <p class="links">
        ${report === undefined ? nothing : html`<a href="/runs/${run.runId}/report.json">report.json</a>`}
        ${profile === undefined ? nothing : html`<a href="/runs/${run.runId}/profile.json">profile.json</a>`}
        ${hasRejects ? html`<a href="/runs/${run.runId}/rejects.csv" download>rejects.csv</a>` : nothing}
        <a href="/board/queue/runs/${encodeURIComponent(run.jobId)}">the job on the board</a>
      </p>
      ${
        report === undefined
          ? nothing
          : html`<details id="report">
              <summary id="report-summary">Report</summary>
              <pre>${JSON.stringify(report, undefined, 2)}</pre>
            </details>`
      }
    </section>`;
}

function stateDetail(run: RunView): string {
  if (run.state === 'running' && run.cancelRequested) return 'to be cancelled';
  return run.outcomeUnknown ? 'it is not known whether it has published' : '';
}

function problemSection({ error, state, runId }: RunView): Markup {
  if (error === undefined || state === 'succeeded' || state === 'running' || state === 'waiting') return nothing;
  return html`<section class="problem" role="alert">
    <p><code class="error">${error.code}</code> ${error.message}</p>
    <p>
      <strong>What to do:</strong> ${error.next}
      ${state === 'failed' ? html`Then: <code>hyperferry retry ${runId}</code>` : nothing}
    </p>
  </section>`;
}

function heldSection({ state, runId, outcomeUnknown }: RunView): Markup {
  if (state !== 'held') return nothing;
  return html`<section class="problem">
    <p><strong>This run holds its line:</strong> the runs behind it wait until you decide.</p>
    <p>
      <code>hyperferry release ${runId}</code> tries again at its
      place${outcomeUnknown ? ', after a look at what is published' : ''};
      <code>hyperferry skip ${runId}${outcomeUnknown ? ' --accept-unknown' : ''}</code> gives it up and lets the next
      one begin.
    </p>
  </section>`;
}

function rowsSection({ report }: RunView): Markup {
  const rows = report?.rows;
  if (rows === undefined) return nothing;
  const figure = (count: number, name: string, warn = false): Markup =>
    html`<div class="figure${warn ? ' warning' : ''}"><b>${showCount(count)}</b><span>${name}</span></div>`;
  return html`<section>
    <h2>Rows</h2>
    <div class="figures">
      ${figure(rows.read, 'read')}<i>=</i>${figure(rows.loaded, 'loaded')}<i>+</i>${figure(rows.rejected, 'rejected', rows.rejected > 0)}<i>+</i>${figure(rows.filtered, 'filtered')}
    </div>
  </section>`;
}

function stagesSection(run: RunView): Markup {
  return html`<section>
    <h2>Stages</h2>
    <div class="scroll">
      <table class="stages">
        <thead>
          <tr>
            <th>Stage</th>
            <th>State</th>
            <th>Started</th>
            <th class="number">Took</th>
            <th class="number">Attempts</th>
            <th>Progress</th>
          </tr>
        </thead>
        <tbody>
          ${stages.map((stage) => stageRow(run, stage))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function stageRow(run: RunView, stage: Stage): Markup {
  const done = run.report?.stages.find((report) => report.stage === stage);
  const current = run.progress?.stage === stage ? run.progress : undefined;
  const state = stageState(run, stage);
  const took = done?.durationMs ?? current?.elapsedMs;
  return html`<tr>
    <td>${stage}</td>
    <td><span class="stage stage-${state}">${state}</span></td>
    <td>${done === undefined ? '–' : timeTag(done.startedAt)}</td>
    <td class="number">${took === undefined ? '–' : showDuration(took)}</td>
    <td class="number">${showCount(done?.attempts)}</td>
    <td>${current === undefined || state === 'done' ? nothing : progressOf(current)}</td>
  </tr>`;
}

type StageState = 'done' | 'running' | 'failed' | 'not begun';

function stageState({ report, progress, state }: RunView, stage: Stage): StageState {
  const ended = report?.stages.find((known) => known.stage === stage);
  if (ended !== undefined) return ended.outcome === undefined ? 'done' : 'failed';
  if (progress === undefined) return 'not begun';
  const distance = stages.indexOf(stage) - stages.indexOf(progress.stage);
  if (distance < 0 || (distance === 0 && progress.state === 'done')) return 'done';
  if (distance > 0) return 'not begun';
  if (progress.state === 'failed' || state === 'failed' || state === 'held') return 'failed';
  return state === 'running' ? 'running' : 'not begun';
}

function progressOf({ rows, bytes, totalBytes, rowsPerSecond, bytesPerSecond, note }: RunProgress): Markup {
  const parts = [
    rows === undefined ? '' : `${showCount(rows)} rows`,
    bytes === undefined ? '' : `${showBytes(bytes)}${totalBytes === undefined ? '' : ` of ${showBytes(totalBytes)}`}`,
    bytesPerSecond === undefined ? '' : `${showBytes(bytesPerSecond)}/s`,
    bytesPerSecond !== undefined || rowsPerSecond === undefined ? '' : `${showCount(rowsPerSecond)} rows/s`,
    note ?? '',
  ].filter((part) => part !== '');
  const bar =
    bytes === undefined || totalBytes === undefined || totalBytes === 0
      ? nothing
      : html`<progress value="${bytes}" max="${totalBytes}"></progress> `;
  return html`${bar}${parts.join(', ')}`;
}
