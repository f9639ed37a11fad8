import type { ServerResponse } from 'node:http';

import { escapeXml } from '../http/element.ts';
import { currentRevision } from '../rest/datasource-view.ts';
import { apiTime } from '../state/clock.ts';
import { type Admin, AdminError, type TablePreview } from './admin.ts';
import { projectPath } from './state-report.ts';

const PREVIEW_ROWS = 20;

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1b1f; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: 1rem 0 2rem; }
th, td { border: 1px solid #d5d5da; padding: .3rem .6rem; text-align: left; white-space: nowrap; }
th { background: #f3f3f6; } small, .null { color: #62626b; } a { color: #0b5cad; }`;

/** The list of everything that was published. */
export function sendIndexPage(admin: Admin, response: ServerResponse): void {
  const { world } = admin;
  const rows = [...world.datasources.values()].map((datasource) => {
    const { sizeBytes, number } = currentRevision(datasource);
    const site = world.sites.get(datasource.siteId)?.contentUrl ?? '';
    const path = projectPath(world, world.projects.get(datasource.projectId));
    const link = `<a href="/page/${datasource.id}">${escapeXml(datasource.name)}</a>`;
    const cells = [site, path, null, datasource.type, String(sizeBytes), String(number), apiTime(datasource.updatedAt)];
    return `<tr>${cells.map((cell) => `<td>${cell === null ? link : escapeXml(cell)}</td>`).join('')}</tr>`;
  });
  const header = ['Site', 'Project', 'Data source', 'Type', 'Bytes', 'Revision', 'Updated'];
  const list =
    rows.length === 0
      ? '<p>Nothing has been published yet.</p>'
      : `<table><tr>${header.map((cell) => `<th>${cell}</th>`).join('')}</tr>${rows.join('')}</table>`;
  sendPage(response, 'Published data sources', list);
}

/** One data source with its first rows. */
export async function sendDatasourcePage(admin: Admin, response: ServerResponse, id: string): Promise<void> {
  const datasource = admin.world.datasources.get(id.toLowerCase());
  if (datasource === undefined) throw new AdminError(404, `there is no data source ${id}`);
  const previews = await admin.preview(id, PREVIEW_ROWS);
  const { sha256 } = currentRevision(datasource);
  const head = `<p><a href="/">All data sources</a></p><p><small>SHA-256 ${sha256}</small></p>`;
  sendPage(response, datasource.name, head + previews.map(previewHtml).join(''));
}

function previewHtml({ table, rows }: TablePreview): string {
  const header = table.columns
    .map((column) => `<th>${escapeXml(column.name)}<br><small>${escapeXml(column.type)}</small></th>`)
    .join('');
  const body = rows
    .map(
      (row) =>
        `<tr>${row.map((cell) => `<td>${cell === null ? '<span class="null">null</span>' : escapeXml(cell)}</td>`).join('')}</tr>`,
    )
    .join('');
  const title = `${escapeXml(table.schema)}.${escapeXml(table.name)}`;
  return `<h2>${title}</h2><p>${table.rowCount} rows</p><table><tr>${header}</tr>${body}</table>`;
}

/** Self-contained: no script, nothing from elsewhere. */
function sendPage(response: ServerResponse, title: string, content: string): void {
  const body = Buffer.from(
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${escapeXml(title)}</title>` +
      `<style>${STYLE}</style></head><body><h1>${escapeXml(title)}</h1>${content}</body></html>\n`,
  );
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.byteLength,
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    .end(body);
}
