/** Month names and their abbreviations in English, German, French and Spanish, by number of the month. */
const names: readonly (readonly string[])[] = [
  ['january', 'januar', 'jänner', 'janvier', 'enero', 'jan', 'jän', 'janv', 'ene'],
  ['february', 'februar', 'février', 'fevrier', 'febrero', 'feb', 'févr', 'fevr', 'fév', 'fev'],
  ['march', 'märz', 'mars', 'marzo', 'mar', 'mär', 'mrz'],
  ['april', 'avril', 'abril', 'apr', 'avr', 'abr'],
  ['may', 'mai', 'mayo'],
  ['june', 'juni', 'juin', 'junio', 'jun'],
  ['july', 'juli', 'juillet', 'julio', 'jul', 'juil'],
  ['august', 'août', 'aout', 'agosto', 'aug', 'ago'],
  ['september', 'septembre', 'septiembre', 'setiembre', 'sept', 'sep', 'set'],
  ['october', 'oktober', 'octobre', 'octubre', 'oct', 'okt'],
  ['november', 'novembre', 'noviembre', 'nov'],
  ['december', 'dezember', 'décembre', 'decembre', 'diciembre', 'dec', 'dez', 'déc', 'dic'],
];

/** A regular expression, without anchors, for any of the names; longer ones first. */
export const monthNamePattern: string = names
  .flat()
  .toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1))
  .join('|');

/** Number of the month, 1 to 12, or undefined. Case and a final dot don't matter. */
export function monthNumber(name: string): number | undefined {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  const index = names.findIndex((month) => month.includes(wanted));
  return index < 0 ? undefined : index + 1;
}

/** SQL for the two-digit number of the month whose name is in the text expression `name`. */
export function monthNumberSql(name: string): string {
  const whens = names.map((month, index) => {
    const list = month.map((text) => `'${text}'`).join(',');
    return `WHEN lower(${name}) IN (${list}) THEN '${String(index + 1).padStart(2, '0')}'`;
  });
  return `CASE ${whens.join(' ')} END`;
}
