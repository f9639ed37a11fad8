import { describe, expect, it } from 'vitest';

import { countFooter } from './detect-footer.ts';

const records = (...rows: string[]) =>
  rows.map((row) => ({
    cells: row.split(',').map((cell) => (cell === '' ? null : cell)),
    reading: 'regular' as const,
  }));

const body = ['North,A,1,2026-01-01', 'South,B,2,2026-01-02', 'East,A,3,2026-01-03'];

describe('countFooter', () => {
  it.each([
    ['Total,,6,'],
    ['Sum,,6,'],
    ['Summe,,6,'],
    ['Gesamt:,,6,'],
    ['Grand Total,,,6'],
    ['GRAND TOTAL (3 rows),,6,'],
    [',Total,6,'],
    ['Total EUR,6'],
    ['*** End of report ***'],
    ['*** End of report ***,,,'],
    ['(3 rows)'],
    ['(3 row(s) affected)'],
    ['3 rows affected'],
    ['3 rows in set (0.00 sec)'],
    ['1 Zeile(n) betroffen'],
    ['Total rows: 3'],
    ['Exported on 2026-11-24'],
    ['Erstellt am 24.11.2026'],
    ['Exported by Ann, 2026'],
    ['Insgesamt,,6,'],
    ['©2024 Microsoft Corporation. All rights reserved. '],
    ['Copyright (c) 2000-2024 salesforce.com inc. All rights reserved.'],
    ['Confidential Information - Do Not Distribute'],
    ['Applied filters:\nRegion is North'],
    ['Page 1 of 3'],
    ['Seite 2/3'],
    ['Notes: provisional,,,'],
  ])('takes %s for one', (last) => {
    expect(countFooter(records(...body, last), 4)).toBe(1);
  });

  it('takes what stands below one for a part of it', () => {
    expect(countFooter(records(...body, 'Total,,6,', 'Confidential'), 4)).toBe(2);
    expect(countFooter(records(...body, 'Confidential', '(3 rows)'), 4)).toBe(1);
  });

  it('takes lines above one for a part of it, where a blank line stands before them', () => {
    const salesforce = ['My Report', 'Copyright (c) 2000-2024 salesforce.com', 'Confidential Information', 'Acme'];
    const footer = records(...salesforce).map((record, at) => ({ ...record, isAfterBlank: at === 0 }));
    expect(countFooter([...records(...body), ...footer], 4)).toBe(4);
    expect(countFooter(records(...body, ...salesforce), 4)).toBe(3);
    const noted = records('* provisional,,,', 'Source: ONS,,,').map((record, at) => ({
      ...record,
      isAfterBlank: at === 0,
    }));
    expect(countFooter([...records(...body), ...noted], 4)).toBe(2);
    // A row with little in it, as others are.
    const sparse = ['North,,,', 'South,A,2,', 'East,,3,2026-01-03'];
    const row = records('West,,,', '(4 rows)').map((record, at) => ({ ...record, isAfterBlank: at === 0 }));
    expect(countFooter([...records(...sparse), ...row], 4)).toBe(1);
  });

  it.each([
    ['a row that has everything', ['Total,A,6,2026-01-01']],
    ['a row cut short', ['West,A']],
    ['an unknown word alone', ['Confidential']],
    ['a title with a year', ['© 2024,A,6,2026-01-01']],
    ['a page that is a name', ['Page 1 of 3,A,6,2026-01-01']],
    ['a row that goes on after a total', ['Total,,6,', 'West,A,4,2026-01-04']],
    ['a name that begins like one', ['Total Wine & More,A,4,']],
    ['a category that comes again', ['Total,,6,', 'West,A,4,2026-01-04', 'Total,,4,']],
    ['a single row above', []],
  ])('leaves %s alone', (_, last) => {
    expect(
      countFooter(records(...(last.length === 0 ? [...body.slice(0, 1), 'Total,,1,'] : [...body, ...last])), 4),
    ).toBe(0);
  });

  it('finds none in a single column', () => {
    expect(countFooter(records('1', '2', '3', 'Total'), 1)).toBe(0);
  });

  it('sees a word among dates or numbers, in two columns too', () => {
    expect(countFooter(records('2026-01-01,1', '2026-01-02,2', 'Total,3'), 2)).toBe(1);
    expect(countFooter(records('North,1', 'South,2', 'Total,3'), 2)).toBe(0);
  });
});
