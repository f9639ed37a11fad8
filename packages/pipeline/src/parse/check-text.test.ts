import { describe, expect, it } from 'vitest';

import { createTextCheck } from './check-text.ts';

function check(text: string, size = text.length): () => void {
  return () => {
    const push = createTextCheck({ delimiter: ',', quote: '"' }, 'a.csv');
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += Math.max(1, size)) push(bytes.subarray(at, at + Math.max(1, size)));
  };
}

describe('createTextCheck', () => {
  it.each(['a,b\n"x","y"\n', '"x ""y"" z",1\r\n', '"","",""\n', '"two\nlines",1', '\uFEFF"a",b\n', '"""x"""\n'])(
    'passes %j',
    (text) => {
      for (const size of [text.length, 1, 2, 3]) expect(check(text, size)).not.toThrow();
    },
  );

  it.each(['a"b,c\n', '"x"y,z\n', '"a "b" c",d\n', ' "x",y\n'])('stops at %j', (text) => {
    for (const size of [text.length, 1, 2, 3]) expect(check(text, size)).toThrow('middle of a cell');
  });

  it('stops at a NUL, with quotes and without', () => {
    for (const quote of ['"', null]) {
      const push = createTextCheck({ delimiter: ',', quote }, 'a.csv');
      push(Buffer.from('a,b\n'));
      expect(() => push(Buffer.from('1,\0\n'))).toThrow('NUL');
    }
  });
});
