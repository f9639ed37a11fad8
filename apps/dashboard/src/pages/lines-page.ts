import type { LineView, RunView } from '@hyperferry/queue';
import { html } from 'hono/html';

import { agoTag, type Markup, nothing, showCount, stateTag } from './format.ts';

const shownRuns = 20;

/** The targets that have runs which have not ended: each line with its head and those who wait. */
export function linesContent(lines: readonly LineView[], nowMs: number): Markup {
  const held = lines.filter(({ state }) => state === 'held').length;
  return html`<div class="title">
      <h1>Lines <span class="count">${showCount(lines.length)}</span></h1>
    </div>
    <p class="lead">
      The runs of one target execute one at a time, in the order they were submitted.
      ${held === 0 ? nothing : html`<strong>${showCount(held)} held:</strong> somebody has to release or skip the first run.`}
    </p>
    ${lines.length === 0 ? html`<p class="empty">No run waits, runs or holds a target.</p>` : lines.map((line) => lineCard(line, nowMs))}`;
}

function lineCard({ target, server, state, runs, length }: LineView, nowMs: number): Markup {
  const [head] = runs;
  return html`<section class="line line-${state}">
    <h2>
      ${target.name} ${stateTag(state)}<span class="under"
        >${target.project} · ${server.url}${server.site === '' ? '' : ` · site ${server.site}`}</span
      >
    </h2>
    ${state === 'held' && head !== undefined ? heldNote(head) : nothing}
    <ol>
      ${runs.slice(0, shownRuns).map((run) => html`<li>${lineEntry(run, nowMs)}</li>`)}
    </ol>
    ${length > shownRuns ? html`<p class="note">and ${showCount(length - shownRuns)} more</p>` : nothing}
  </section>`;
}

function lineEntry(run: RunView, nowMs: number): Markup {
  return html`<a class="id" href="/runs/${run.runId}">${run.runId}</a>
    ${stateTag(run.state, run.state === 'running' ? (run.progress?.stage ?? '') : '')}
    <span class="note">${run.target.mode}, submitted ${agoTag(run.submittedAt, nowMs)}</span>`;
}

function heldNote({ runId, error, outcomeUnknown }: RunView): Markup {
  return html`<p>
    ${error === undefined ? nothing : html`<code class="error">${error.code}</code> ${error.message}<br />`}
    <code>hyperferry release ${runId}</code> or
    <code>hyperferry skip ${runId}${outcomeUnknown ? ' --accept-unknown' : ''}</code>
  </p>`;
}
