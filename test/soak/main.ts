import { readOptions, type SoakOptions, usage } from './options.ts';
import { isBalanced, runSoak } from './run-soak.ts';

// Everything at once and for long: many runs on few targets, workers that are killed and frozen, a Redis that dies, a
// Tableau that answers badly. Afterwards the books must balance. The last line is one JSON object.

const say = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(usage);
  else await soak(options);
} catch (error) {
  const isUsage = error instanceof RangeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(
    isUsage ? `${(error as Error).message}\n${usage}` : `${(error as Error).stack ?? String(error)}\n`,
  );
  process.exitCode = isUsage ? 2 : 1;
}

async function soak(options: SoakOptions): Promise<void> {
  const result = await runSoak(options, say);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (isBalanced(result, options)) return;
  say('the books do not balance');
  process.exitCode = 1;
}
