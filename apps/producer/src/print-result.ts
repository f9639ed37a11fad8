/** Writes a result to stdout: one JSON object with `--json`, else the text for people. */
export function printResult(json: boolean | undefined, result: unknown, text: () => string): void {
  process.stdout.write(json === true ? `${JSON.stringify(result)}\n` : `${text()}\n`);
}
