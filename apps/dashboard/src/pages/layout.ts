import type { Pauses } from '@hyperferry/queue';
import { html } from 'hono/html';

import { type Markup, nothing } from './format.ts';

/** What every page is given. */
export interface PageFrame {
  readonly title: string;
  /** Which entry of the navigation is this page's. */
  readonly active?: 'runs' | 'lines' | 'workers';
  /** Seconds between two looks, for pages about something that changes. Default: none. */
  readonly refreshSeconds?: number;
  readonly pauses?: Pauses;
  /** Addresses of the static files, with their hashes. */
  readonly assets: { readonly style: string; readonly script: string };
}

const navigation = [
  ['runs', '/', 'Runs'],
  ['lines', '/lines', 'Lines'],
  ['workers', '/workers', 'Workers'],
] as const;

/** A whole page. Without JavaScript it reloads itself; with it only what has changed is replaced. */
export function page({ title, active, refreshSeconds, pauses, assets }: PageFrame, content: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Hyperferry</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
${
  refreshSeconds === undefined
    ? nothing
    : html`<noscript><meta http-equiv="refresh" content="${Math.max(5, refreshSeconds)}" /></noscript>`
}
</head>
<body${refreshSeconds === undefined ? nothing : html` data-refresh="${refreshSeconds}"`}>
<header>
<a class="brand" href="/">Hyperferry</a>
<nav aria-label="Pages">
${navigation.map(
  ([id, href, text]) => html`<a href="${href}" ${id === active ? html` aria-current="page"` : nothing}>${text}</a>`,
)}
<a href="/board">Board</a>
</nav>
</header>
<main>
${pausedNote(pauses)}
${content}
</main>
</body>
</html>`;
}

function pausedNote(pauses: Pauses | undefined): Markup {
  if (pauses === undefined || pauses.queues.length + pauses.targets.length === 0) return nothing;
  const queues = pauses.queues.map((name) => `queue ${name}`);
  const targets = pauses.targets.map(({ project, name }) => `target ${project}/${name}`);
  return html`<p class="banner" role="status">
    <strong>Paused:</strong> ${[...queues, ...targets].join(', ')}. Nothing new begins there until somebody types
    <code>hyperferry resume</code>.
  </p>`;
}
