/** Days of the week and their abbreviations in English, German, French and Spanish. */
const names: readonly (readonly string[])[] = [
  ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
  ['mon', 'tue', 'tues', 'wed', 'thu', 'thur', 'thurs', 'fri', 'sat', 'sun'],
  ['montag', 'dienstag', 'mittwoch', 'donnerstag', 'freitag', 'samstag', 'sonnabend', 'sonntag'],
  ['mo', 'di', 'mi', 'do', 'fr', 'sa', 'so'],
  ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'],
  ['lun', 'mar', 'mer', 'jeu', 'ven', 'sam', 'dim'],
  ['lunes', 'martes', 'miércoles', 'miercoles', 'jueves', 'viernes', 'sábado', 'sabado', 'domingo'],
  ['mié', 'mie', 'jue', 'vie', 'sáb', 'sab', 'dom'],
];

/** A regular expression, without anchors, for any of the names; longer ones first. */
export const weekdayNamePattern: string = names
  .flat()
  .toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1))
  .join('|');
