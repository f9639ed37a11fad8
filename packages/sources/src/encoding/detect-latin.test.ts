import { describe, expect, it } from 'vitest';

import { detectEncoding } from './detect-encoding.ts';

/** Names and short texts, as tables have them. */
const TEXTS: Readonly<Record<string, readonly [encodings: string, header: string, values: string]>> = {
  French: [
    'windows-1252 iso-8859-15 macintosh',
    'Date;Libellé;Débit',
    'Société Générale|Hélène à la plage|Café où l’été|Forêt près du hêtre|Noël à Besançon|Pâtisserie à la crème',
  ],
  German: [
    'windows-1252 iso-8859-15 macintosh',
    'Straße;Größe;Währung',
    'Müller & Söhne|Bäckerei Weiß|KÖLN|Österreich|Fußgänger',
  ],
  Spanish: ['windows-1252', 'Fecha;Descripción;Año', 'Compañía Española|Jesús Gómez|Peñarol Añejo|¿Cuándo?|Málaga'],
  Portuguese: [
    'windows-1252',
    'Data;Descrição;Situação',
    'João Conceição|Transferência|Cartão de crédito|Salário março',
  ],
  Italian: ['windows-1252', 'Data;Quantità;Città', 'Caffè|perché|Niccolò|giovedì|più'],
  Swedish: ['windows-1252', 'Bokföringsdag;Beskrivning;År', 'Elräkning Åsa|Lön för maj|Överföring Göran|Ängelholm'],
  Danish: ['windows-1252', 'Dato;Beløb;År', 'OVERFØRSEL|Søren Kjær|Århus|Æbleskiver på tur'],
  Icelandic: ['windows-1252', 'Dagsetning;Upphæð;Nafn', 'Þórður Guðmundsson|Sigríður Ýr|Reykjavík|Það er gott'],
  Polish: [
    'windows-1250 iso-8859-2',
    'Data;Kwota;Tytuł',
    'Łukasz Wiśniewski|Małgorzata Dąbrowska|Żaneta Źrebięć|PRZELEW ZEWNĘTRZNY ŁÓDŹ|Gdańsk',
  ],
  Czech: [
    'windows-1250 iso-8859-2',
    'Datum;Zákazník;Částka',
    'Dvořák Jiří|Žižková Šárka|Růžička Tomáš|Příliš žluťoučký kůň|Nováček Zdeněk',
  ],
  Slovak: ['windows-1250 iso-8859-2', 'Dátum;Zákazník;Čiastka', 'Ľubomír Kováč|Žilina|Šťastný deň|Nové Zámky|Mäsiar'],
  Hungarian: ['windows-1250', 'Dátum;Név;Összeg', 'Kovács László|Győri Ödön|Tűzoltó Szűcs|Székesfehérvár'],
  Romanian: ['windows-1250', 'Data;Sumă;Oraş', 'Ştefan Mureşan|Timişoara|Bucureşti|Plată către furnizor|Constanţa'],
  Croatian: ['windows-1250 iso-8859-2', 'Datum;Iznos;Račun', 'Đorđević Živko|Šibenik|Čakovec|Marić Ante|Požega'],
  Turkish: ['windows-1254', 'Tarih;Müşteri;Tutar', 'İbrahim Yıldız|Şule Güneş|Çağrı Öztürk|Işık Doğan'],
  Lithuanian: ['windows-1257', 'Data;Mokėtojas;Suma', 'Žemaitė Rūta|Šiauliai|Mokėjimas už prekes|Jonas Kazlauskas'],
  Latvian: ['windows-1257', 'Datums;Maksātājs;Summa', 'Jānis Bērziņš|Rīga|Samaksa par precēm|Liepāja|Kārlis'],
  Russian: ['windows-1251 koi8-r', 'Дата;Клиент;Сумма', 'Иванов Пётр|Москва|Оплата счёта|Санкт-Петербург|для дома'],
  Greek: ['windows-1253', 'Ημερομηνία;Πελάτης;Ποσό', 'Γεωργίου Νίκος|Παπαδόπουλος|Αθήνα και Πάτρα'],
  Thai: ['windows-874', 'วันที่;ลูกค้า;จำนวน', 'สมชาย ใจดี|สมหญิง รักดี|ประเทศไทย กรุงเทพ|เชียงใหม่'],
};

function encode(text: string, encoding: string): Buffer {
  const all = new TextDecoder(encoding).decode(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), {
    stream: true,
  });
  const byteOf = new Map(Array.from(all, (character, byte) => [character, byte]));
  return Buffer.from(Array.from(text, (character) => byteOf.get(character) ?? -1));
}

function tableOf(header: string, values: readonly string[]): string {
  const rows = Array.from({ length: 40 }, (_, at) => `0${(at % 9) + 1}.01.2024;${values[at % values.length]};${at},50`);
  return `${header}\n${rows.join('\n')}\n`;
}

/** What is read when nobody says the encoding. */
function read(bytes: Buffer): { text: string; confidence: number } {
  const { encoding, confidence } = detectEncoding(bytes, true);
  return { text: new TextDecoder(encoding).decode(bytes, { stream: true }), confidence };
}

describe('the encoding of a table of 40 rows', () => {
  const samples = Object.entries(TEXTS).flatMap(([language, [encodings, header, values]]) =>
    encodings.split(' ').map((encoding) => ({ language, encoding, header, values: values.split('|') })),
  );
  it.each(samples)('is found by its letters: $language in $encoding', ({ encoding, header, values }) => {
    const text = tableOf(header, values).replaceAll('’', encoding === 'iso-8859-15' ? "'" : '’');
    expect(read(encode(text, encoding)).text).toBe(text);
    // One name of many, and no other letter: wrong only where it is said to be a guess.
    const single = tableOf('Date;Name;Sum', ['Smith', 'Jones', ...values.slice(0, 1)]);
    const found = read(encode(single.replaceAll('’', "'"), encoding));
    expect(found.text === single || found.confidence < 0.9).toBe(true);
  });
});

it('reads the euro of ISO-8859-15, which is a sign of no currency elsewhere', () => {
  const text = tableOf('Produkt;Preis', ['Brötchen 0,50 €', 'Käse 2,50 €', 'Öl']);
  expect(read(encode(text, 'iso-8859-15')).text).toBe(text);
});

it.each(['Temp (°C);RH (%)', 'Länge µm;Fläche m²', 'It’s “SHOP” – £5', '€0.50;€1.50', '5½ Zoll', '© 2024 Fa. «Ñ»'])(
  'takes signs for signs: %s',
  (header) => {
    const text = tableOf(header, ['x', 'y']);
    expect(read(encode(text, 'windows-1252')).text).toBe(text);
  },
);
