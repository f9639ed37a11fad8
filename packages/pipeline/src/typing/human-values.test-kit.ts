/** A column as people write it: its cells, and what is to become of them. */
export interface HumanColumn {
  readonly name: string;
  readonly cells: readonly string[];
  readonly type: string;
  /** What the extract holds, as the engine writes it. */
  readonly values: readonly (string | null)[];
}

function column(name: string, type: string, cells: readonly string[], values: readonly (string | null)[]): HumanColumn {
  return { name, type, cells, values };
}

const months: readonly (readonly [string, string, string, string, string])[] = [
  ['English', 'January', 'Feb', 'Sept', 'Dec'],
  ['German', 'Jänner', 'Februar', 'Sept', 'Dezember'],
  ['French', 'janvier', 'févr', 'septembre', 'décembre'],
  ['Spanish', 'enero', 'febrero', 'setiembre', 'dic'],
];

const monthNames = months.map(([language, first, second, ninth, last]) =>
  column(
    `month names, ${language}`,
    'date',
    [`1. ${first} 2024`, `29 ${second}. 2024`, `30-${ninth}-1999`, `9 ${last} 24`],
    ['2024-01-01', '2024-02-29', '1999-09-30', '2024-12-09'],
  ),
);

const dates = [
  ...monthNames,
  column(
    'long dates, English',
    'date',
    ['Monday, 1 January 2024', 'Tue, Feb 13, 2024', 'Wednesday, March 20th, 2024'],
    ['2024-01-01', '2024-02-13', '2024-03-20'],
  ),
  column(
    'long dates, German',
    'date',
    ['Montag, 1. Januar 2024', 'Di., 13. Februar 2024', 'Mi, 20. März 2024'],
    ['2024-01-01', '2024-02-13', '2024-03-20'],
  ),
  column(
    'long dates, French',
    'date',
    ['lundi 1er janvier 2024', 'mar. 13 février 2024', 'mercredi 20 mars 2024'],
    ['2024-01-01', '2024-02-13', '2024-03-20'],
  ),
  column(
    'long dates, Spanish',
    'date',
    ['lunes, 1 de enero de 2024', 'martes, 13 de febrero de 2024', 'mié., 20 mar 2024'],
    ['2024-01-01', '2024-02-13', '2024-03-20'],
  ),
  column('names between strokes', 'date', ['01/Jan/2024', '29/FEB/2024'], ['2024-01-01', '2024-02-29']),
  column('as SAS writes them', 'date', ['01JAN2024', '29FEB2024'], ['2024-01-01', '2024-02-29']),
  column('day before month', 'date', ['13/02/2024', '1/2/2024'], ['2024-02-13', '2024-02-01']),
  column('month before day', 'date', ['02/13/2024', '1/2/2024'], ['2024-02-13', '2024-01-02']),
  column('dots', 'date', ['13.02.24', '1.2.70'], ['2024-02-13', '1970-02-01']),
  column('both orders', 'text', ['13/02/2024', '02/13/2024'], ['13/02/2024', '02/13/2024']),
  column('year first', 'date', ['2024/2/13', '2024-2-3', '2024.12.03'], ['2024-02-13', '2024-02-03', '2024-12-03']),
  column('a day that does not exist', 'text', ['2024/2/30', '2024/2/3'], ['2024/2/30', '2024/2/3']),
  column('eight digits', 'date', ['20240213', '19991231'], ['2024-02-13', '1999-12-31']),
  column('eight digits without an end', 'date', ['20240213', '99991231'], ['2024-02-13', '9999-12-31']),
  column('zero dates of SAP', 'date', ['20240213', '00000000', '99991231'], ['2024-02-13', null, '9999-12-31']),
  column('zeros in eight digits', 'text', ['00000000', '00000017'], ['00000000', '00000017']),
  column('zero dates of MySQL', 'date', ['2024-02-13', '0000-00-00'], ['2024-02-13', null]),
  column('zero dates with points', 'date', ['13.02.2024', '00.00.0000', '01.01.0001'], ['2024-02-13', null, null]),
  column(
    'zero timestamps',
    'timestamp',
    ['2024-02-13 01:02:03', '0000-00-00 00:00:00', '0001-01-01 00:00:00', '0001-01-01T00:00:00.0000000'],
    ['2024-02-13 01:02:03', null, null, null],
  ),
  column(
    'zero timestamps with a zone',
    'timestamptz',
    ['2024-02-13T01:02:03Z', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00+00:00'],
    ['2024-02-13 01:02:03+00', null, null],
  ),
  column('the end of time', 'date', ['2024-02-13', '9999-12-31'], ['2024-02-13', '9999-12-31']),
  column('years of two digits first', 'date', ['85-01-31', '24-12-30'], ['1985-01-31', '2024-12-30']),
  column(
    'years of two digits first, one year',
    'date',
    ['24-01-31', '24-12-30', '24-06-15'],
    ['2024-01-31', '2024-12-30', '2024-06-15'],
  ),
  column('years of two digits', 'date', ['13/02/69', '13/02/70'], ['2069-02-13', '1970-02-13']),
  column('eight digits, no dates', 'bigint', ['20240213', '20241301'], ['20240213', '20241301']),
];

const times = [
  column(
    'timestamps without a zone',
    'timestamp',
    ['2024-02-13T01:02:03', '2024-02-13 01:02:03.25', '2024-02-13 01:02', '2024-02-13'],
    ['2024-02-13 01:02:03', '2024-02-13 01:02:03.25', '2024-02-13 01:02:00', '2024-02-13 00:00:00'],
  ),
  column(
    'timestamps with a zone',
    'timestamptz',
    ['2024-02-13T01:02:03Z', '2024-02-13 01:02:03.25+01:00', '2024-02-13T01:02:03-0530', '2024-02-13 01:02:03 UTC'],
    ['2024-02-13 01:02:03+00', '2024-02-13 00:02:03.25+00', '2024-02-13 06:32:03+00', '2024-02-13 01:02:03+00'],
  ),
  column(
    'zones here and there',
    'text',
    ['2024-02-13T01:02:03Z', '2024-02-13T01:02:03'],
    ['2024-02-13T01:02:03Z', '2024-02-13T01:02:03'],
  ),
  column(
    'a clock of twelve hours',
    'timestamp',
    ['2/13/2024 1:02 PM', '2/13/2024, 12:00:01 AM', '2/14/2024 12:30 p.m.'],
    ['2024-02-13 13:02:00', '2024-02-13 00:00:01', '2024-02-14 12:30:00'],
  ),
  column(
    'a clock of twelve hours, Spanish',
    'timestamp',
    ['13/2/2024 1:02 p. m.', '14/2/2024 11:30 a. m.'],
    ['2024-02-13 13:02:00', '2024-02-14 11:30:00'],
  ),
  column(
    'year first and twelve hours',
    'timestamp',
    ['2024-02-13 1:02:03 PM', '2024-02-13 11:02:03 AM'],
    ['2024-02-13 13:02:03', '2024-02-13 11:02:03'],
  ),
  column(
    'as Oracle writes it',
    'timestamp',
    ['31-JAN-24 01.45.10.000000 PM', '01-FEB-24 12.00.00.123456789 AM', '02-FEB-24 11.05.00,5 AM', '03-FEB-24'],
    ['2024-01-31 13:45:10', '2024-02-01 00:00:00.123456', '2024-02-02 11:05:00.5', '2024-02-03 00:00:00'],
  ),
  column(
    'as Oracle writes it, 24 hours',
    'timestamp',
    ['31-JAN-2024 13.45.10', '01-FEB-2024 00.00.00.5'],
    ['2024-01-31 13:45:10', '2024-02-01 00:00:00.5'],
  ),
  column(
    'names of months and times',
    'timestamp',
    ['13. März 2024 01:02', '14. Mai 2024, 23:59:59'],
    ['2024-03-13 01:02:00', '2024-05-14 23:59:59'],
  ),
  column(
    'fractions of seven digits and more',
    'timestamp',
    ['2024-12-31 23:59:59.9999999', '2024-12-31T13:45:00.123456789', '2024-12-31 13:45'],
    ['2024-12-31 23:59:59.999999', '2024-12-31 13:45:00.123456', '2024-12-31 13:45:00'],
  ),
  column(
    'fractions of seven digits and a zone',
    'timestamptz',
    ['2024-12-31T23:59:59.9999999Z', '2024-12-31 23:59:59.9999999 +01:00', '2024-12-31T23:59:59Z'],
    ['2024-12-31 23:59:59.999999+00', '2024-12-31 22:59:59.999999+00', '2024-12-31 23:59:59+00'],
  ),
  column(
    'fractions of seven digits, days first',
    'timestamp',
    ['31.12.2024 23:59:59.9999999', '30.12.2024 13:45:00.1234567'],
    ['2024-12-31 23:59:59.999999', '2024-12-30 13:45:00.123456'],
  ),
  column(
    'as mails and servers write it',
    'timestamptz',
    ['Wed, 31 Jan 2024 13:45:00 GMT', 'Thu, 1 Feb 2024 13:45:00 +0100', 'Friday, 02-Feb-24 13:45:00 GMT'],
    ['2024-01-31 13:45:00+00', '2024-02-01 12:45:00+00', '2024-02-02 13:45:00+00'],
  ),
  column(
    'ISO without marks',
    'timestamptz',
    ['20240131T134500Z', '20240131T1345+0100', '20240131T134500.5Z'],
    ['2024-01-31 13:45:00+00', '2024-01-31 12:45:00+00', '2024-01-31 13:45:00.5+00'],
  ),
  column(
    'ISO without marks and zone',
    'timestamp',
    ['20240131T134500', '20240131t1345'],
    ['2024-01-31 13:45:00', '2024-01-31 13:45:00'],
  ),
  column(
    'ISO in lower case, and with a comma',
    'timestamptz',
    ['2024-01-31t13:45:00z', '2024-01-31T13:45:00,123Z'],
    ['2024-01-31 13:45:00+00', '2024-01-31 13:45:00.123+00'],
  ),
  column(
    'a zone behind days first',
    'timestamptz',
    ['31/01/2024 13:45:00 +01:00', '01/02/2024 13:45 Z'],
    ['2024-01-31 12:45:00+00', '2024-02-01 13:45:00+00'],
  ),
  column(
    'a zone behind months first',
    'timestamptz',
    ['1/31/2024 1:45 PM +01:00', '01/02/2024 13:45 UTC'],
    ['2024-01-31 12:45:00+00', '2024-01-02 13:45:00+00'],
  ),
  column(
    'a zone behind years first',
    'timestamptz',
    ['2024/01/31 13:45 +01:00', '2024/1/31 13:45:00Z'],
    ['2024-01-31 12:45:00+00', '2024-01-31 13:45:00+00'],
  ),
  column('times of day with seven digits', 'time', ['23:59:59.9999999', '01:02'], ['23:59:59.999999', '01:02:00']),
  column('times of day', 'time', ['01:02', '23:59:59.5', '1:02 PM'], ['01:02:00', '23:59:59.5', '13:02:00']),
];

const numbers = [
  column('decimal comma', 'numeric(18,2)', ['1.234,56', '12,5', '-7'], ['1234.56', '12.50', '-7.00']),
  column('decimal comma without a zero', 'numeric(18,2)', [',5', '-,25', '1,5'], ['0.50', '-0.25', '1.50']),
  column('blanks between', 'numeric(18,2)', ['1 234,56', '12,5', '1 234 567,8'], ['1234.56', '12.50', '1234567.80']),
  column(
    'hard and thin blanks between',
    'numeric(18,2)',
    ['1\u00A0234,56', '1\u202F234,56', '1\u2009234,56'],
    ['1234.56', '1234.56', '1234.56'],
  ),
  column('apostrophes between', 'numeric(18,2)', ["1'234.56", '1’234.50', '7.25'], ['1234.56', '1234.50', '7.25']),
  column('lakhs', 'numeric(18,2)', ['1,23,456.78', '12,34,56,789.5', '5'], ['123456.78', '123456789.50', '5.00']),
  column('a true minus', 'numeric(18,1)', ['\u22121.5', '2.5', '\u22121,234'], ['-1.5', '2.5', '-1234.0']),
  column('accounting', 'numeric(18,2)', ['(1,234.50)', '12.5-', '7'], ['-1234.50', '-12.50', '7.00']),
  column('accounting, decimal comma', 'numeric(18,2)', ['(1.234,50)', '12,5-', '7'], ['-1234.50', '-12.50', '7.00']),
  column(
    'accounting, blanks between',
    'numeric(18,2)',
    ['(1 234,50)', '(1 234)', '7'],
    ['-1234.50', '-1234.00', '7.00'],
  ),
  column(
    'accounting of a spreadsheet',
    'numeric(18,2)',
    [' $1,234.50 ', ' $(7.25)', ' $-   ', '$ 3'],
    ['1234.50', '-7.25', '0.00', '3.00'],
  ),
  column('with a plus', 'numeric(18,2)', ['+5', '-1.5', '+1.25'], ['5.00', '-1.50', '1.25']),
  column('exponents', 'double', ['1.5e3', '2E-2', '1e3'], ['1500', '0.02', '1000']),
  column('an exponent beside decimals', 'double', ['1.5', '1e3'], ['1.5', '1000']),
  column(
    'exponents beside groups',
    'double',
    ['1 234,50', '1,5E+06', '2,5E-05', '(1.234,50)', '7,5-'],
    ['1234.5', '1500000', '2.5e-05', '-1234.5', '-7.5'],
  ),
  column(
    'exponents beside groups of commas',
    'double',
    ['1,234.5', '1.5E+06', '-2.5e-2'],
    ['1234.5', '1500000', '-0.025'],
  ),
  column('exponents, decimal comma', 'double', ['1,5e3', '-2,25E-2', '7,5'], ['1500', '-0.0225', '7.5']),
  column('codes that look like exponents', 'text', ['1E5', '77', '2E7'], ['1E5', '77', '2E7']),
  column('percent', 'numeric(18,3)', ['12.5%', '-3 %', '1,234.5%'], ['0.125', '-0.030', '12.345']),
  column('percent, decimal comma', 'numeric(18,3)', ['12,5\u202F%', '1.234,5 %'], ['0.125', '12.345']),
  column('percent in brackets', 'numeric(18,3)', ['(12.5%)', '7%'], ['-0.125', '0.070']),
];

const money = [
  column('dollars', 'numeric(18,2)', ['$1,234.50', '-$5', '$-7.25'], ['1234.50', '-5.00', '-7.25']),
  column('euros behind', 'numeric(18,2)', ['1.234,50 €', '-5 €', '(7,25 €)'], ['1234.50', '-5.00', '-7.25']),
  column('euros before', 'numeric(18,2)', ['€ 1.234,50', '€5', '-€ 7,25'], ['1234.50', '5.00', '-7.25']),
  column('euros, blanks between', 'numeric(18,2)', ['1 234,50 €', '5,00 €'], ['1234.50', '5.00']),
  column('francs', 'numeric(18,2)', ["CHF 1'234.50", 'CHF 5.00'], ['1234.50', '5.00']),
  column('pounds', 'bigint', ['£1,234', '£5'], ['1234', '5']),
  column('rupees', 'numeric(18,2)', ['₹1,23,456.50', '₹5'], ['123456.50', '5.00']),
  column('zloty', 'numeric(18,2)', ['1 234,50 zł', '5,00 zł'], ['1234.50', '5.00']),
  column('crowns', 'numeric(18,2)', ['1 234,50 kr', '-5,00 kr'], ['1234.50', '-5.00']),
  column('dollars of many decimals', 'numeric(18,4)', ['$0.0042', '$1.234', '$.5'], ['0.0042', '1.2340', '0.5000']),
  column('dollars with three decimals', 'numeric(18,3)', ['$3.459', '$3.499'], ['3.459', '3.499']),
  column('euros in thousands', 'bigint', ['1.234 €', '5 €'], ['1234', '5']),
  column('euros of many decimals', 'numeric(18,4)', ['0,0042 €', '1,799 €'], ['0.0042', '1.7990']),
  column('dollars and zeros', 'numeric(18,2)', ['$5', '0', '-', '0.00'], ['5.00', '0.00', null, '0.00']),
  column('dollars on some rows', 'bigint', ['$1,234', '2,345', '3,456', '$7,035'], ['1234', '2345', '3456', '7035']),
  column('euros on some rows', 'numeric(18,2)', ['1.234,50 €', '2.345,00', '5'], ['1234.50', '2345.00', '5.00']),
  column(
    'dollars on some rows, accounting',
    'numeric(18,2)',
    ['$1,234.50', '(3,456.00)', '7.25-'],
    ['1234.50', '-3456.00', '-7.25'],
  ),
  column('two currencies', 'text', ['$5', '5 €'], ['$5', '5 €']),
];

const yesAndNo: readonly (readonly [string, string, string])[] = [
  ['English', 'Yes', 'no'],
  ['German', 'ja', 'NEIN'],
  ['French', 'oui', 'non'],
  ['Spanish', 'Sí', 'no'],
  ['true, English', 'True', 'FALSE'],
  ['true, German', 'WAHR', 'falsch'],
  ['true, French', 'VRAI', 'faux'],
  ['true, Spanish', 'verdadero', 'FALSO'],
  ['letters', 'Y', 'N'],
  ['letters, German', 'j', 'n'],
  ['letters, French', 'O', 'N'],
  ['true in letters, French', 'V', 'F'],
  ['true in letters, German', 'W', 'F'],
  ['switches', 'ON', 'off'],
];

const words = yesAndNo.map(([language, yes, no]) =>
  column(`words, ${language}`, 'boolean', [yes, no], ['true', 'false']),
);

const oneValue: readonly (readonly [string, string, string])[] = [
  ['bigint', '5', '5'],
  ['numeric(18,2)', '1.25', '1.25'],
  ['date', '2024-02-13', '2024-02-13'],
  ['timestamp', '2024-02-13 01:02:03', '2024-02-13 01:02:03'],
  ['boolean', 'yes', 'true'],
  ['time', '01:02', '01:02:00'],
];

const tokens = oneValue.map(([type, cell, value]) =>
  column(
    `no value among ${type}`,
    type,
    [cell, 'NA', 'n/a', 'NULL', '-', '<NA>', 'NaT', '#DIV/0!', 'k.A.', '–', '..', String.raw`\N`],
    [value, ...Array.from({ length: 11 }, () => null)],
  ),
);

const errors = [
  column(
    'errors of spreadsheets',
    'bigint',
    ['5', '#NV', '#WERT!', '#BEZUG!', '#ZAHL!', '#NAME?', '#VALEUR!', '#N/D', '#VALOR!', '#¡VALOR!', '#ÜBERLAUF!'],
    ['5', ...Array.from({ length: 10 }, () => null)],
  ),
  column('of Eurostat', 'numeric(18,1)', ['5.1', ':', ': c'], ['5.1', null, null]),
  column(
    'no value in other words',
    'bigint',
    ['5', 'n.d.', 'ND', 's/d', 'keine Angabe', 'n.v.', 'missing', 'undefined', '#N/A N/A', '-nan', '-1.#IND'],
    ['5', ...Array.from({ length: 10 }, () => null)],
  ),
  column('one side of a switch', 'text', ['ON', 'ON'], ['ON', 'ON']),
  column('north and south', 'text', ['N', 'S'], ['N', 'S']),
  column('nothing but words for no value', 'text', ['N/A', '#NV'], ['N/A', '#NV']),
];

const codes = [
  column('one answer of two letters', 'boolean', ['no', 'No'], ['false', 'false']),
  column('one answer in capitals', 'text', ['NO', 'NO'], ['NO', 'NO']),
  column('both answers in capitals', 'boolean', ['NO', 'SI'], ['false', 'true']),
  column('one answer', 'boolean', ['yes', 'YES'], ['true', 'true']),
  column('Country', 'text', ['NO', 'SI'], ['NO', 'SI']),
  column('Ländercode', 'text', ['no', 'si'], ['no', 'si']),
  column('Country is known', 'boolean', ['si', 'no'], ['true', 'false']),
];

const identifiers = [
  column('leading zeros', 'text', ['01067', '10115'], ['01067', '10115']),
  column('long digits', 'text', ['1234567890123456789', '5'], ['1234567890123456789', '5']),
  column('dialled', 'text', ['+4930123456', '+493098765'], ['+4930123456', '+493098765']),
  column('zip_code', 'text', ['27215', '27217'], ['27215', '27217']),
  column('Shipping Postal Code', 'text', ['1040', '90036'], ['1040', '90036']),
  column('PLZ', 'text', ['10115', '80331'], ['10115', '80331']),
  column('codePostal', 'text', ['75001', '13001'], ['75001', '13001']),
  column('Phone Number', 'text', ['9193046161', '3362613357'], ['9193046161', '3362613357']),
  column('Tel.', 'text', ['30123456', '3098765'], ['30123456', '3098765']),
  column('codes with a point', 'text', ['01.10', '10.5'], ['01.10', '10.5']),
  column('codes with a comma', 'text', ['01,10', '10,5'], ['01,10', '10,5']),
  column('Teléfono', 'text', ['612 345 678', '698 765 432'], ['612 345 678', '698 765 432']),
  column('Fax', 'text', ['612.345.678', '698.765.432'], ['612.345.678', '698.765.432']),
  column('dialled in groups', 'text', ['+34 612 345 678', '+34.698.765.432'], ['+34 612 345 678', '+34.698.765.432']),
  column('phone_calls', 'bigint', ['12', '7'], ['12', '7']),
];

export const humanColumns: readonly HumanColumn[] = [
  ...dates,
  ...times,
  ...numbers,
  ...money,
  ...words,
  ...tokens,
  ...errors,
  ...codes,
  ...identifiers,
];
