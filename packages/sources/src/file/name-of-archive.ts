/** What a ZIP with such files in it is called; undefined: just a ZIP. */
export function nameOfArchive(names: readonly string[]): string | undefined {
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (has(/^xl\/workbook\.bin$/)) return 'a binary Excel workbook (.xlsb)';
  if (has(/^xl\//)) return 'an Excel workbook (.xlsx)';
  if (has(/^word\//)) return 'a Word document (.docx)';
  if (has(/^ppt\//)) return 'a PowerPoint presentation (.pptx)';
  if (has(/^\[Content_Types\]\.xml$/)) return 'an Office document';
  if (has(/^mimetype$/) && has(/^content\.xml$/)) return 'an OpenDocument file, such as a spreadsheet (.ods)';
  if (has(/\.twb$/i)) return 'a packaged Tableau workbook (.twbx)';
  if (has(/\.tds$/i)) return 'a packaged Tableau data source (.tdsx)';
  return undefined;
}

const LOCAL_HEADER = Buffer.from([0x50, 0x4b, 3, 4]);
const NAME_LENGTH_AT = 26;
const NAME_AT = 30;

/** Names of the files at the beginning of a ZIP. */
export function namesInZip(head: Buffer): string[] {
  const names: string[] = [];
  for (let at = head.indexOf(LOCAL_HEADER); at >= 0; at = head.indexOf(LOCAL_HEADER, at + NAME_AT)) {
    if (at + NAME_AT > head.length) break;
    const length = head.readUInt16LE(at + NAME_LENGTH_AT);
    names.push(head.toString('utf8', at + NAME_AT, at + NAME_AT + length));
  }
  return names;
}
