import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A static file of our pages, kept in memory. */
export interface Asset {
  readonly path: string;
  /** Path with the content's hash: browsers may keep it for ever. */
  readonly href: string;
  readonly contentType: string;
  readonly body: string;
}

export interface Assets {
  readonly style: Asset;
  readonly script: Asset;
}

/** Reads the static files, which stand in `public` beside both `src` and `dist`. */
export function readAssets(): Assets {
  return {
    style: readAsset('style.css', 'text/css; charset=utf-8'),
    script: readAsset('page.js', 'text/javascript; charset=utf-8'),
  };
}

function readAsset(name: string, contentType: string): Asset {
  const body = readFileSync(new URL(`../public/${name}`, import.meta.url), 'utf8');
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/assets/${name}`, href: `/assets/${name}?v=${hash}`, contentType, body };
}
