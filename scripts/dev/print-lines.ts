import { prettyFactory } from 'pino-pretty';

const pretty = prettyFactory({ colorize: process.stdout.isTTY, singleLine: true, ignore: 'hostname,pid,name' });

/** Prints lines under a program's name; a log line, which is JSON with a level, as text. */
export function printer(name: string): (...lines: readonly string[]) => void {
  const label = `${name.padEnd(10)} `;
  return (...lines) => {
    for (const line of lines) process.stdout.write(`${label}${readable(line)}\n`);
  };
}

function readable(line: string): string {
  if (!line.startsWith('{"level":')) return line;
  try {
    return pretty(JSON.parse(line) as object).trimEnd();
  } catch {
    return line;
  }
}
