// Assembles packages/pipeline/src/check/run-automaton.wat into the module that the code carries with it.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import loadWabt from 'wabt';

const folder = fileURLToPath(new URL('../packages/pipeline/src/check/', import.meta.url));
const source = await readFile(`${folder}run-automaton.wat`, 'utf8');

// WebAssembly text has no macros: the functions for the wider table are those for the narrow one with other loads.
const functions = source.slice(source.indexOf('(memory'), source.lastIndexOf(')'));
const wide = functions
  .slice(functions.indexOf('(func'))
  .replaceAll(/(run|lanes)16/g, '$132')
  .replaceAll('i32.load16_s offset=1024', 'i32.load offset=1024')
  .replaceAll('0x7fff', '0x7fffffff')
  .replaceAll('(i32.const 2)', '(i32.const 4)');

const wabt = await loadWabt();
const module = wabt.parseWat('run-automaton.wat', `(module ${functions} ${wide})`);
const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
const lines = base64.match(/.{1,110}/g)!.map((line) => `  '${line}',`);
await writeFile(
  process.argv[2] ?? `${folder}automaton-wasm.ts`,
  `// Written by scripts/write-automaton-wasm.ts from run-automaton.wat: don't edit.
export const automatonWasm = [
${lines.join('\n')}
].join('');
`,
);
