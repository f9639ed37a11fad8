import type { WorkerView } from '@hyperferry/queue';
import { html } from 'hono/html';

import { agoTag, type Markup, nothing, showCount, stateTag } from './format.ts';

const queues = ['runs', 'parse', 'extract', 'publish'] as const;

/** The workers of the fleet: what each does, and which were lost. */
export function workersContent(workers: readonly WorkerView[], nowMs: number): Markup {
  const alive = workers.filter(({ state }) => state !== 'lost').length;
  return html`<div class="title">
      <h1>Workers <span class="count">${showCount(alive)}</span></h1>
    </div>
    <p class="lead">
      Jobs in progress, of as many as a worker does at once. A lost worker's jobs are taken over by the others.
    </p>
    ${
      workers.length === 0
        ? html`<p class="empty">No worker has been heard of. Start one:<br /><code>hyperferry-worker</code></p>`
        : html`<div class="scroll">
            <table>
              <thead>
                <tr>
                  <th>Worker</th>
                  <th>State</th>
                  <th>Version</th>
                  <th>Started</th>
                  <th>Heard of</th>
                  ${queues.map((queue) => html`<th class="number">${queue}</th>`)}
                  <th>Runs</th>
                </tr>
              </thead>
              <tbody>
                ${workers.map((worker) => workerRow(worker, nowMs))}
              </tbody>
            </table>
          </div>`
    }`;
}

function workerRow(worker: WorkerView, nowMs: number): Markup {
  const runIds = [...new Set(worker.jobs.filter(({ queue }) => queue !== 'runs').map(({ runId }) => runId))];
  return html`<tr>
    <td><strong>${worker.name}</strong><span class="under">pid ${worker.pid} on ${worker.host}</span></td>
    <td>${stateTag(worker.state, worker.shortOf.map((resource) => `short of ${resource}`).join(', '))}</td>
    <td>${worker.version}</td>
    <td>${agoTag(worker.startedAt, nowMs)}</td>
    <td>${agoTag(worker.seenAt, nowMs)}</td>
    ${queues.map((queue) => html`<td class="number">${worker.jobs.filter((job) => job.queue === queue).length} / ${worker.concurrency[queue]}</td>`)}
    <td>
      ${runIds.length === 0 ? nothing : runIds.map((runId) => html`<a class="id" href="/runs/${runId}">${runId}</a> `)}
    </td>
  </tr>`;
}
