import type { RunState } from '@hyperferry/queue';
import { html } from 'hono/html';

/** A piece of a page: text in it is escaped. */
export type Markup = ReturnType<typeof html>;

/** Nothing to show. */
export const nothing: Markup = html``;

/** A count with thousands separated; a dash where it isn't known. */
export function showCount(count: number | undefined): string {
  return count === undefined ? '–' : count.toLocaleString('en-US');
}

/** Bytes in the unit that needs one to four digits. */
export function showBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A duration: `340 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function showDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A moment; the page's script writes it in the reader's own time zone. */
export function timeTag(iso: string): Markup {
  const text = `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  return html`<time datetime="${iso}" title="${iso}">${text}<span class="zone"> UTC</span></time>`;
}

/** How long ago something was, in its largest unit. */
export function agoTag(iso: string, nowMs: number): Markup {
  return html`<time datetime="${iso}" title="${iso}" data-keep>${showAge(nowMs - Date.parse(iso))}</time>`;
}

/** An age for people: `just now`, `12 s ago`, `3 min ago`, `5 h ago`, `4 d ago`. */
export function showAge(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < 3) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 48 * 3600 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

/** A run's state as a coloured word. */
export function stateTag(state: RunState | 'paused' | 'stopping' | 'lost', detail = ''): Markup {
  return html`<span class="state state-${state}">${state}</span>${
      detail === '' ? nothing : html` <span class="note">${detail}</span>`
    }`;
}

/** How long a run took, or has taken so far. */
export function tookOf(
  { startedAt, endedAt, state }: { startedAt?: string; endedAt?: string; state: RunState },
  nowMs: number,
): string {
  if (startedAt === undefined) return '–';
  if (endedAt === undefined && state !== 'running') return '–';
  return showDuration((endedAt === undefined ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt));
}

/** A link for a URL from elsewhere; text where it is none that a browser should follow. */
export function outsideLink(url: string, text: string): Markup {
  const safe = /^https?:\/\//i.test(url);
  return safe ? html`<a href="${url}" rel="noopener noreferrer">${text}</a>` : html`${url}`;
}
