import { type RunPage, type RunState, runStates, type RunView } from '@hyperferry/queue';
import { html } from 'hono/html';

import { agoTag, type Markup, nothing, showCount, stateTag, tookOf } from './format.ts';

export interface RunsPageInput {
  readonly page: RunPage;
  readonly counts: Readonly<Record<RunState, number>>;
  readonly state: RunState | undefined;
  readonly text: string;
  readonly cursor: string | undefined;
  readonly pageSize: number;
  readonly nowMs: number;
}

/** The list of runs: newest first, by state, searched by id and target. */
export function runsContent(input: RunsPageInput): Markup {
  const { page, counts, state, text, cursor, pageSize, nowMs } = input;
  const total = runStates.reduce((sum, name) => sum + counts[name], 0);
  const query = (changes: { state?: RunState | undefined; before?: string | undefined }): string => {
    const wanted = { state, before: undefined, ...changes };
    const pairs = Object.entries({ ...wanted, q: text === '' ? undefined : text });
    const given = pairs.filter((pair): pair is [string, string] => pair[1] !== undefined);
    return given.length === 0 ? '/' : `/?${new URLSearchParams(given).toString()}`;
  };
  const tab = (name: RunState | undefined, label: string, count: number): Markup =>
    html`<a href="${query({ state: name })}" ${name === state ? html` aria-current="true"` : nothing}
      >${label} <span class="count">${showCount(count)}</span></a
    >`;

  return html`<div class="title">
      <h1>Runs</h1>
      <form class="search" role="search" method="get" action="/">
        ${state === undefined ? nothing : html`<input type="hidden" name="state" value="${state}" />`}
        <input
          type="search"
          name="q"
          value="${text}"
          placeholder="id, project or data source"
          aria-label="Search runs"
          maxlength="200"
        />
        <button>Search</button>
      </form>
    </div>
    <div class="tabs" aria-label="States">
      ${tab(undefined, 'all', total)}${runStates.map((name) => tab(name, name, counts[name]))}
    </div>
    ${page.runs.length === 0 ? noRuns(total) : runsTable(page.runs, nowMs)}
    <p class="paging">
      ${cursor === undefined ? nothing : html`<a href="${query({})}">← newest</a>`}
      ${
        page.cursor === undefined || (page.runs.length < pageSize && page.runs.length > 0)
          ? nothing
          : html`<a rel="next" href="${query({ before: page.cursor })}">older →</a>`
      }
    </p>`;
}

function noRuns(total: number): Markup {
  return total > 0
    ? html`<p class="empty">No run is like that. <a href="/">Show all runs</a></p>`
    : html`<p class="empty">
        No runs yet. Put one in:<br /><code
          >hyperferry publish sales.csv --project "Finance/Sales" --name Sales --wait</code
        >
      </p>`;
}

function runsTable(runs: readonly RunView[], nowMs: number): Markup {
  return html`<div class="scroll">
    <table class="runs">
      <thead>
        <tr>
          <th>State</th>
          <th>Target</th>
          <th>Mode</th>
          <th>Submitted</th>
          <th class="number">Took</th>
          <th class="number">Read</th>
          <th class="number">Loaded</th>
          <th class="number">Rejected</th>
          <th>Error</th>
        </tr>
      </thead>
      <tbody>
        ${runs.map((run) => runRow(run, nowMs))}
      </tbody>
    </table>
  </div>`;
}

function runRow(run: RunView, nowMs: number): Markup {
  const { target, report, error } = run;
  const rows = report?.rows;
  return html`<tr>
    <td>${stateTag(run.state, run.state === 'running' ? (run.progress?.stage ?? '') : '')}</td>
    <td>
      <a class="target" href="/runs/${run.runId}">${target.name}</a
      ><span class="under">${target.project} · ${target.connection}</span>
    </td>
    <td>${target.mode}</td>
    <td>${agoTag(run.submittedAt, nowMs)}</td>
    <td class="number">${tookOf(run, nowMs)}</td>
    <td class="number">${showCount(rows?.read)}</td>
    <td class="number">${showCount(rows?.loaded)}</td>
    <td class="number${rows !== undefined && rows.rejected > 0 ? ' warning' : ''}">${showCount(rows?.rejected)}</td>
    <td>${error === undefined ? nothing : html`<code class="error">${error.code}</code>`}</td>
  </tr>`;
}
