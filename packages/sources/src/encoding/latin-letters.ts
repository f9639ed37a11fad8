/**
 * How often a language writes each of its letters beyond a-z, in per cent of these, roughly: enough to tell which language a
 * byte makes sense in. Upper case counts like lower case.
 */
export interface LatinLanguage {
  readonly letters: Readonly<Record<string, number>>;
  /** Labels of the WHATWG encoding standard, each with how likely it is before anything was read. */
  readonly encodings: Readonly<Record<string, number>>;
}

const WESTERN = { 'windows-1252': 1, 'iso-8859-15': 0.2, macintosh: 0.01 };
const CENTRAL = { 'windows-1250': 0.2, 'iso-8859-2': 0.1 };
const TURKISH = { 'windows-1254': 0.2 };
const BALTIC = { 'windows-1257': 0.1, 'iso-8859-13': 0.02 };
const VIETNAMESE = { 'windows-1258': 0.02 };

export const LATIN_LANGUAGES: readonly LatinLanguage[] = [
  language(WESTERN, 'é56 à14 è11 ê4 ç3 ô2.5 î2 â2 ù1.5 û1 ï.4 ë.4 œ.5 ü.1 ñ.05 æ.02 ÿ.01'),
  language(WESTERN, 'ü40 ä32 ö18 ß9 é.5 è.1 à.05'),
  language(WESTERN, 'ó28 í24 á20 é13 ñ9 ú5 ü.5 ª.3 º.5'),
  language(WESTERN, 'à20 é20 è20 ó15 ò8 í7 ç5 ú3 ï2 ü.5 ñ.3'),
  language(WESTERN, 'ã27 á14 ç16 é14 í9 ó7 ê6 õ4 â3 ú4 à3 ô2 ª.3 º.5 ü.2'),
  language(WESTERN, 'è32 à30 ù10 ò12 ì8 é5 î.1 º.2 ª.1'),
  language(WESTERN, 'é45 ë35 ï10 ü3 ö3 è4 ê1 á1 ó2 ç.5 ä.3'),
  language(WESTERN, 'ä38 å30 ö29 é1 ü.5 ø.1 æ.1'),
  language(WESTERN, 'ä82 ö16 å1 é.3 š.2 ž.1 ü.1'),
  language(WESTERN, 'å38 ø35 æ25 é1.5 ö.5 ü.3 ä.3 ò.1 ô.1'),
  language(WESTERN, 'ð25 á20 í18 þ10 ó10 ö10 æ9 é7 ú7 ý3'),
  language({ ...WESTERN, ...BALTIC }, 'ä35 õ30 ü25 ö6 š2 ž1'),
  language(CENTRAL, 'ł28 ę17 ą15 ó12 ż12 ś10 ć5 ń4 ź1 é.1 ü.1 ö.1'),
  language(CENTRAL, 'í24 á19 é10 ě13 ř10 č9 ž9 ý8 š7 ů5 ú1.5 ň1 ó.5 ť.5 ď.3 ö.1 ü.1 ä.1'),
  language(CENTRAL, 'á22 ý12 č11 í11 ž10 š9 ú9 é8 ť8 ľ4 ó2 ô2 ď1.5 ň1.5 ä1 ĺ.2 ŕ.1 ö.1 ü.1'),
  language(CENTRAL, 'á33 é31 ó9 ö9 ő8 í5 ü5 ú3 ű2 ä.1'),
  language(CENTRAL, 'ă40 î15 ş16 ţ16 â10 é.1'),
  language(CENTRAL, 'č35 š30 ž25 ć25 đ8 ü.1 ö.1 é.1'),
  language(TURKISH, 'ı30 ü16 ş14 ğ9 ç9 ö7 i̇5 â.3 î.1 û.1'),
  language(BALTIC, 'ė25 ų15 š14 ž13 į12 ą10 ū8 č7 ę4'),
  language(BALTIC, 'ā35 ē16 ī15 š10 ū7 ņ6 ļ5 ž3 č2 ģ2 ķ2 ŗ.1'),
  language(VIETNAMESE, '\u030018 \u030112 \u03234 \u03097 \u03033 đ10 ô9 ư9 â7 ê7 ơ5 à7 á8 é1 è1 ù2 ú2 ó3 í2 ă3'),
];

/** Signs that people write in tables; others are rarer than a letter of another language. */
export const USUAL_SIGNS = new Set('€£§°’‘“”„–—…•«»²³½¼µ®©™·\u00A0\u00AD¿¡×±');

function language(encodings: LatinLanguage['encodings'], letters: string): LatinLanguage {
  const counted = letters.split(' ').map((each) => {
    const [, letter = '', count = ''] = /^([^\d.]+)([\d.]+)$/u.exec(each) ?? [];
    return [letter, Number(count)] as const;
  });
  const all = counted.reduce((sum, [, count]) => sum + count, 0);
  return { encodings, letters: Object.fromEntries(counted.map(([letter, count]) => [letter, count / all])) };
}
