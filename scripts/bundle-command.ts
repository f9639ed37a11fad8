// Puts the command `hyperferry` into few files: apps/producer/dist/bundle, of what tsc has made in apps/producer/dist. Node
// takes a fifth of a second for the 400 modules of a command one by one (docs/adr/0008-the-command-is-bundled.md).
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../apps/producer/dist/', import.meta.url));
const outdir = `${dist}bundle`;

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [`${dist}main.js`],
  outdir,
  bundle: true,
  // Verbs load what they need when they need it.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Stacks name the sources.
  sourcemap: true,
  logLevel: 'warning',
  // CommonJS modules ask for Node's own modules by `require`, which ES modules lack.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
});
