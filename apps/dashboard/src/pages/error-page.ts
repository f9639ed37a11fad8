import type { ErrorReport } from '@hyperferry/schema';
import { html } from 'hono/html';

import type { Markup } from './format.ts';

/** What a page shows when it can't be made. */
export function errorContent({ code, message, next }: Pick<ErrorReport, 'code' | 'message' | 'next'>): Markup {
  return html`<div class="title"><h1>Not to be shown</h1></div>
    <section class="problem" role="alert">
      <p><code class="error">${code}</code> ${message}</p>
      <p><strong>What to do:</strong> ${next}</p>
    </section>
    <p><a href="/">All runs</a></p>`;
}
