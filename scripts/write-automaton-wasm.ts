// Assembles packages/pipeline/src/check/run-automaton.wat into the module that the code carries with it.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import loadWabt from 'wabt';

const folder = fileURLToPath(new URL('../packages/pipeline/src/check/', import.meta.url));
const wabt = await loadWabt();
const module = wabt.parseWat('run-automaton.wat', await readFile(`${folder}run-automaton.wat`));
const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
const lines = base64.match(/.{1,110}/g)!.map((line) => `  '${line}',`);
const text = `// Written by scripts/write-automaton-wasm.ts from run-automaton.wat: don't edit.
export const automatonWasm = [
${lines.join('\n')}
].join('');
`;
await writeFile(`${folder}automaton-wasm.ts`, text);
