// What the last records of exports say when they are no data: totals, counts of rows, and notes about the export itself.

const ROWS =
  '(?:rows?|records?|lines?|entries|items|results?|zeilen?|zeile\\(n\\)|row\\(s\\)|record\\(s\\)|datens(?:atz|ätze)|eintr(?:ag|äge)|lignes?|enregistrements?|filas?|registros?|righ[ae])';

const TOTAL = new RegExp(
  [
    '^(?:',
    '(?:(?:grand|sub|overall|report|net)[ -]?)?totals?|sums?|averages?|',
    '(?:gesamt|end|zwischen)?summen?|gesamt(?:betrag|ergebnis|wert)?|insgesamt|durchschnitt|mittelwert|',
    'total (?:g[ée]n[ée]ral|general|generale)|totaux|totales|totale|totali|somme|suma|moyenne|promedio',
    ')',
    // What is counted, as in "Total EUR" or "Sum (3 rows):".
    `(?: (?:${ROWS}|amount|count|eur|usd|chf|gbp|(?:19|20)\\d\\d)| ?[€$£]| ?\\([^)]*\\))?`,
    " ?:?(?: ?[-+]?\\d[\\d.,' ]*)?$",
  ].join(''),
  'i',
);

const NOTES = [
  // (123 rows), 123 rows affected, 3 rows in set (0.00 sec)
  new RegExp(
    `^\\(? ?\\d[\\d.,' ]* ?${ROWS} ?(?:affected|selected|returned|exported|found|written|in set|in total|total|betroffen|ausgewählt|exportiert|gefunden)?[.)]* ?(?:\\([^)]*\\))?\\.?$`,
    'i',
  ),
  // Total rows: 123, Number of records = 5
  new RegExp(
    `^(?:total |no\\.? of |number of |anzahl |nombre de )?(?:the )?${ROWS}(?: count| total)? ?[:=] ?\\d[\\d.,' ]*$`,
    'i',
  ),
  /^[-*=#<>[( ]*(?:end of (?:the )?(?:report|file|data|list|export|document|table|extract|records?)|ende (?:des|der) (?:berichts?|reports?|exports?|datei|liste|tabelle|daten)|fin (?:du rapport|du fichier|de la liste|del informe)|eof)[-*=#>\]) .]*$/i,
  /^(?:(?:report|data|file|list) )?(?:exported|generated|created|printed|downloaded|extracted|produced) (?:on|at|by|from)\b/i,
  /^(?:(?:bericht|daten|datei|liste) )?(?:exportiert|erstellt|erzeugt|generiert|gedruckt|ausgegeben) (?:am|um|von|mit)\b/i,
  /^(?:export[ée]|g[ée]n[ée]r[ée]|cr[ée][ée]|imprim[ée]|exportado|generado|creado) (?:le|par|el|por)\b/i,
  /^(?:report|export|print|run|creation) date ?:|^date of (?:the )?(?:report|export) ?:|^stand ?: ?\d|^(?:source|quelle) ?: ?\S/i,
  /^(?:copyright\b|©|\(c\)) ?.*\b(?:19|20)\d\d\b|\ball rights reserved\W*$/i,
  /^confidential information\b|^confidential\b.*\b(?:distribut|disclos|shar)|\bdo not distribute\W*$/i,
  /^-* ?(?:page|seite|página|pagina) \d+(?: ?(?:of|\/|von|de|sur|di) ?\d+)? ?-*$/i,
  /^(?:foot)?notes? ?:|^(?:anmerkung|hinweis)(?:en|e)? ?:|^remarques? ?:/i,
];

/** What a report was restricted to; it may be a long list. */
const FILTERS =
  /^(?:applied|active) filters? ?:|^(?:angewendete|aktive) filter ?:|^filtres appliqués ?:|^filtros aplicados ?:/i;

/** A line drawn with dashes, or such a part of it under a column. */
const RULE = /^[-=_*~.]{3,}$/;

/** Does the cell say that the record holds a total of the ones before? */
export function saysTotal(cell: string): boolean {
  return cell.length <= 60 && TOTAL.test(normal(cell));
}

/** Does the cell say something of the export instead of being a part of it? */
export function saysNote(cell: string): boolean {
  const text = normal(cell);
  return FILTERS.test(text) || (text.length <= 200 && (RULE.test(text) || NOTES.some((pattern) => pattern.test(text))));
}

function normal(cell: string): string {
  return cell.replaceAll(/[\s\u00A0]+/g, ' ').trim();
}
