import { readFile } from 'node:fs/promises';

/** A fenced block of shell commands. */
export interface DocBlock {
  readonly line: number;
  /** What must be there before: the state of the run whose id is in `$RUN`. */
  readonly given: string | undefined;
  readonly commands: string;
}

/** The fenced `sh` blocks of a Markdown file. */
export async function readBlocks(path: string): Promise<DocBlock[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  const blocks: DocBlock[] = [];
  for (let start = 0; start < lines.length; start += 1) {
    const info = /^```sh\b(.*)$/.exec(lines[start] ?? '');
    if (info === null) continue;
    const end = lines.indexOf('```', start);
    blocks.push({
      line: start + 2,
      given: /given=(\w+)/.exec(info[1] ?? '')?.[1],
      commands: lines.slice(start + 1, end).join('\n'),
    });
    start = end;
  }
  return blocks;
}

/** The commands in the running text of a Markdown file: `hyperferry …` between backticks, each once. */
export async function readInlineCommands(path: string): Promise<string[]> {
  const text = (await readFile(path, 'utf8')).replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...new Set([...text.matchAll(/`(hyperferry [^`]+)`/g)].map((match) => match[1] ?? ''))];
}

/** Variables that a block sets for a server that is only an example; the test's own stand in the environment. */
export function exportedNames({ commands }: DocBlock): string[] {
  return [...commands.matchAll(/(HYPERFERRY_CONNECTION_\w+)=/g)].map((match) => match[1] ?? '');
}

/**
 * A block as a script for bash: servers are started, must announce themselves, and are stopped at the end; `npm` lines
 * and examples of connections are left out, for other tests have them.
 */
export function scriptOf({ commands }: DocBlock): string {
  const lines = commands
    .split('\n')
    .filter((line) => !/^(?:npm |export HYPERFERRY_CONNECTION_)/.test(line))
    .map((line) => line.replace(/^(?:npx )?(hyperferry-(?:worker|dashboard|simulator)\b[^#&]*)&?/, 'announced $1'))
    .map((line) => line.replace(/^npx /, ''));
  return [preamble, ...lines].join('\n');
}

const preamble = `
set -euo pipefail
announced() {
  mkfifo "announcement-$1"
  "$@" > "announcement-$1" &
  # Left open: a server whose reader has gone would be killed by its next line.
  exec {reader}< "announcement-$1"
  read -r line <&"$reader"
  rm "announcement-$1"
  case $line in '{'*) ;; *) echo "$1 announced: $line" >&2; exit 1 ;; esac
}
stop() { local status=$?; for job in $(jobs -p); do kill "$job"; done; wait; exit $status; }
trap stop EXIT
`;
