import { expect, it } from 'vitest';

import { readAhead } from './read-ahead.ts';

/** Three pieces, and a note of what was done when. */
async function* pieces(notes: string[], fails = false): AsyncGenerator<number> {
  try {
    for (const piece of [1, 2, 3]) {
      notes.push(`made ${piece}`);
      yield await Promise.resolve(piece);
    }
    if (fails) throw new Error('no more');
  } finally {
    notes.push('closed');
  }
}

const turn = (): Promise<void> => new Promise(setImmediate);

it('makes the next piece while one is being used, and no more than that', async () => {
  const notes: string[] = [];
  for await (const piece of readAhead(pieces(notes))) {
    await turn();
    notes.push(`used ${piece}`);
  }
  expect(notes).toEqual(['made 1', 'made 2', 'used 1', 'made 3', 'used 2', 'closed', 'used 3']);
});

it('closes the source when the pieces are not wanted any more', async () => {
  const notes: string[] = [];
  for await (const _ of readAhead(pieces(notes))) break;
  await turn();
  expect(notes.at(-1)).toBe('closed');
});

it('tells a failure after the pieces before it', async () => {
  const used: number[] = [];
  const use = async (): Promise<void> => {
    for await (const piece of readAhead(pieces([], true))) {
      await turn();
      used.push(piece);
    }
  };
  await expect(use()).rejects.toThrow('no more');
  expect(used).toEqual([1, 2, 3]);
});
