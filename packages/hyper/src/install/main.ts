// `hyperferry-hyper-install`: for whoever has this package without the rest of Hyperferry.
import { findHyperd, hasEngine } from '../engine-path.ts';

const { env } = process;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  if (!hasEngine(env)) await (await import('./install-engine.ts')).installEngine({ env, say });
  say(`the Hyper engine is ${findHyperd(env)}`);
} catch (error) {
  const { code, message, next, exit } = error as { code?: string; message: string; next?: string; exit?: number };
  process.stderr.write(`${code ?? 'INTERNAL'}: ${message}\n${next === undefined ? '' : `${next}\n`}`);
  process.exitCode = exit ?? 1;
}
