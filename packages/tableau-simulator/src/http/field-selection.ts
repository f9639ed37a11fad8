/** Does the request ask for the extra fields? Unknown names in `fields` are tolerated. */
export function wantsAllFields(query: ReadonlyMap<string, string>): boolean {
  return (query.get('fields') ?? '').split(',').some((field) => field.trim() === '_all_');
}
