/** Names of the columns in the extract: unique, never empty; `sourceName` where it had to differ from the source. */
export interface ColumnName {
  readonly name: string;
  readonly sourceName: string;
}

/** Makes header names usable: blanks trimmed, empty ones become `c<position>`, repeated ones get `_2`, `_3`, … */
export function uniqueColumnNames(header: readonly string[]): ColumnName[] {
  const given = new Set(header.map(cleanName));
  const taken = new Set<string>();
  return header.map((sourceName, index) => {
    const wanted = cleanName(sourceName) || `c${index + 1}`;
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) {
      const candidate = `${wanted}_${count}`;
      // A later column may bear that very name: it keeps it.
      name = given.has(candidate) || taken.has(candidate) ? name : candidate;
    }
    taken.add(name);
    return { name, sourceName };
  });
}

function cleanName(name: string): string {
  return name.replaceAll('\0', '').trim();
}
