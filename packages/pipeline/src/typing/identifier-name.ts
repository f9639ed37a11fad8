/** What a column is named for whose numbers are no quantities: nobody adds them up, and a zero in front would be lost. */
export type IdentifierName = 'postal codes' | 'phone numbers';

const postal = ['zip', 'zipcode', 'zip code', 'postal', 'postalcode', 'postal code', 'postcode', 'post code', 'plz'];
const postalElsewhere = ['postleitzahl', 'code postal', 'cod postal', 'codigo postal', 'código postal', 'codepostal'];
const phone = ['phone', 'telephone', 'tel', 'mobile', 'mobile phone', 'cell phone', 'cellphone', 'fax', 'telefax'];
const phoneElsewhere = [
  'telefon',
  'handy',
  'téléphone',
  'portable',
  'teléfono',
  'telefono',
  'móvil',
  'movil',
  'celular',
];

/** Words behind the one that counts: Phone Number, zip_code, Telefonnummer. */
const NUMBER = /(?: (?:code|cd|number|num|no|nr|nummer|numero|número|#))?$/;

/** What the name of a column says of its numbers; undefined where it says nothing. */
export function identifierName(name: string): IdentifierName | undefined {
  const words = wordsOf(name);
  const endsWithOne = (list: readonly string[]): boolean =>
    [words, words.replace(NUMBER, '')].some((text) => list.some((word) => text === word || text.endsWith(` ${word}`)));
  if (endsWithOne([...postal, ...postalElsewhere])) return 'postal codes';
  return endsWithOne([...phone, ...phoneElsewhere]) ? 'phone numbers' : undefined;
}

/** Does the name of a column say that its words are codes, of countries or languages? NO is Norway then, and no answer. */
export function isCodeName(name: string): boolean {
  return /(?:^| )(?:country|countries|land|pays|pa[ií]s|nation|iso ?2?|lang|language|sprache|langue|idioma|locale)$|(?:code|c[oó]digo|k[üu]rzel)$/.test(
    wordsOf(name),
  );
}

function wordsOf(name: string): string {
  return name
    .replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}#]+/gu, ' ')
    .trim()
    .replace(/nummer$/, ' nummer')
    .replaceAll(/ +/g, ' ');
}
