import { expect, it } from 'vitest';

import { createPace } from './pace.ts';

function paceAt(): { at(ms: number): ReturnType<typeof createPace> } {
  let nowMs = 0;
  const pace = createPace(() => nowMs);
  return {
    at(ms) {
      nowMs = ms;
      return pace;
    },
  };
}

it('tells how fast a stage goes at the moment', () => {
  const pace = paceAt();
  expect(pace.at(0).measure({ state: 'running', bytes: 0, totalBytes: 1e6 })).toEqual({
    state: 'running',
    bytes: 0,
    totalBytes: 1e6,
    elapsedMs: 0,
  });
  for (let ms = 1000; ms <= 10_000; ms += 1000) {
    expect(pace.at(ms).measure({ state: 'running', bytes: ms })).toMatchObject({
      bytesPerSecond: 1000,
      totalBytes: 1e6,
    });
  }
  for (let ms = 11_000; ms <= 16_000; ms += 1000) pace.at(ms).measure({ state: 'running', bytes: 10_000 });
  expect(pace.at(17_000).measure({ state: 'running', bytes: 10_000 })).toMatchObject({ bytesPerSecond: 0 });
});

it('tells how fast a stage went when it is done, with what was known', () => {
  const pace = paceAt();
  pace.at(100).measure({ state: 'running', bytes: 500, totalBytes: 1000 });
  pace.at(1900).measure({ state: 'running', rows: 20 });
  expect(pace.at(2000).measure({ state: 'done' })).toEqual({
    state: 'done',
    bytes: 500,
    totalBytes: 1000,
    rows: 20,
    bytesPerSecond: 250,
    rowsPerSecond: 10,
    elapsedMs: 2000,
  });
});

it('begins anew when the stage does', () => {
  const pace = paceAt();
  pace.at(0).measure({ state: 'running', bytes: 0 });
  pace.at(1000).measure({ state: 'running', bytes: 9000 });
  expect(pace.at(1100).measure({ state: 'running', bytes: 100 })).not.toHaveProperty('bytesPerSecond');
  expect(pace.at(2100).measure({ state: 'running', bytes: 600 })).toMatchObject({ bytesPerSecond: 500 });
});
