import type { ColumnProfile, Profile } from '@hyperferry/schema';
import { html } from 'hono/html';

import { type Markup, nothing, showBytes, showCount } from './format.ts';

const maxColumns = 500;

/** What the parse stage found out: the source, its dialect, and each column's type with the reason. */
export function profileSection(profile: Profile, runId: string): Markup {
  const { source, dialect, columns, warnings } = profile;
  const more = columns.length - maxColumns;
  return html`<section>
    <h2>Columns <span class="count">${showCount(columns.length)}</span></h2>
    <p>
      <strong>${source.name}</strong>, ${showBytes(source.sizeBytes)}, ${showCount(profile.rowCount)}
      ${profile.rowCount === 1 ? 'record' : 'records'}; ${profile.encoding}, separated by
      <code>${visible(dialect.delimiter)}</code
      >${dialect.quote === null ? nothing : html`, quoted by <code>${dialect.quote}</code>`},
      ${Math.round(profile.confidence * 100)} % sure.
    </p>
    ${warnings.map((warning) => html`<p class="banner">${warning}</p>`)}
    <div class="scroll">
      <table class="columns">
        <thead>
          <tr>
            <th class="number">#</th>
            <th>Column</th>
            <th>Type</th>
            <th>Reason</th>
            <th class="number">Nulls</th>
            <th class="number">Rejects</th>
          </tr>
        </thead>
        <tbody>
          ${columns.slice(0, maxColumns).map(columnRow)}
        </tbody>
      </table>
    </div>
    ${more > 0 ? html`<p>and ${showCount(more)} more in <a href="/runs/${runId}/profile.json">profile.json</a></p>` : nothing}
  </section>`;
}

function columnRow(column: ColumnProfile): Markup {
  return html`<tr>
    <td class="number">${column.position}</td>
    <td>
      <strong>${column.name}</strong
      >${column.sourceName === undefined ? nothing : html`<span class="under">${column.sourceName} in the source</span>`}
    </td>
    <td><code>${column.type}</code></td>
    <td>${column.reason}</td>
    <td class="number">${showCount(column.nulls)}</td>
    <td class="number${column.rejects > 0 ? ' warning' : ''}">${showCount(column.rejects)}</td>
  </tr>`;
}

/** A delimiter that can be seen. */
function visible(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : delimiter === ' ' ? 'space' : delimiter;
}
