/** Ways to read quotes: doubled and within lines, or with backslashes and over lines. */
const QUOTED = {
  doubled: [/"[^"]*(?:""[^"]*)*"/g, /(?<![\p{L}\d])'[^'\r\n]*(?:''[^'\r\n]*)*'(?![\p{L}\d])/gu],
  escaped: [/"[^"\\]*(?:(?:\\[^]|"")[^"\\]*)*"/g, /(?<![\p{L}\d])'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'(?![\p{L}\d])/gu],
} as const;

/** A text with a letter for what stands in quotes, as far as that can be seen before the dialect is known. */
export function withoutQuoted(text: string, quoting: keyof typeof QUOTED): string {
  return QUOTED[quoting].reduce((rest, pattern) => rest.replace(pattern, 'x'), text);
}
