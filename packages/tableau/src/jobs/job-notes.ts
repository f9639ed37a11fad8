/** Collects what a job says about itself: `notes` at any depth, and the status notes. */
export function readNotes(job: unknown): { text: string; hasErrorCode: boolean } {
  const texts: string[] = [];
  let hasErrorCode = false;

  function visit(value: unknown, name: string, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > 6) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, name, depth + 1);
      return;
    }
    const record = value as Record<string, unknown>;
    if (record['type'] === 'errorCode') hasErrorCode = true;
    for (const [key, inner] of Object.entries(record)) {
      if (key === 'notes' && typeof inner === 'string') texts.push(inner);
      else if (key === 'value' && name === 'notes' && typeof inner === 'string') texts.push(inner);
      else if (key === 'statusNote') texts.push(...[inner].flat().map(statusNoteText));
      if (typeof inner === 'object') visit(inner, key, depth + 1);
    }
  }

  visit(job, 'job', 0);
  return {
    text: [...new Set(texts.map((text) => text.trim()))].filter((text) => text !== '').join('; '),
    hasErrorCode,
  };
}

function statusNoteText(note: unknown): string {
  if (typeof note !== 'object' || note === null) return '';
  const { type, value, text } = note as Record<string, unknown>;
  return [type, value, text].filter((part) => typeof part === 'string' && part !== '').join(' ');
}
