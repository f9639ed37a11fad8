// Puts the command `hyperferry` into few files: apps/producer/dist/bundle, of what tsc has made in apps/producer/dist. Node
// takes a fifth of a second for the 230 modules of a command one by one (docs/adr/0008-the-command-is-bundled.md).
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}apps/producer/dist/`;
const outdir = `${dist}bundle`;

// A bundle gives what is imported on demand of a CommonJS library as `default` only, Node gives its names as well. So such
// libraries stay where they are, which must be where the bundle finds them.
const librariesOnDemand: Plugin = {
  name: 'libraries-on-demand',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir }) => {
      // The project itself may stand below a folder of that name.
      const isOurs = !relative(root, importer).split('/').includes('node_modules');
      if (kind !== 'dynamic-import' || !isOurs || path.startsWith('@hyperferry/')) return undefined;
      const find = async (from: string) => await resolve(path, { kind: 'import-statement', resolveDir: from });
      const [own, bundled] = [await find(resolveDir), await find(dist)];
      if (own.path !== bundled.path) return { errors: [{ text: `${path} is another one in ${resolveDir} than here` }] };
      return { path, external: true };
    });
  },
};

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
  plugins: [librariesOnDemand],
  // CommonJS modules ask for Node's own modules by `require`, which ES modules lack.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
});
