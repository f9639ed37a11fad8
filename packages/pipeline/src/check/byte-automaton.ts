import type { ReadonlyDFA } from 'refa';

/** A deterministic automaton over bytes of UTF-8. State 0 is the initial one. */
export interface ByteAutomaton {
  /** `next[state * 256 + byte]`: the next state, or `NO_STATE`. */
  readonly next: Int32Array;
  /** 1 for states in which a word may end. */
  readonly isFinal: Uint8Array;
}

export const NO_STATE = -1;

const MAX_BYTE_OF_ONE = 0x7f;
/** A transition over more characters than this is not taken apart: such words are just not accepted. */
const MAX_CHARACTERS = 256;

/** The same words, as bytes: a character outside of ASCII is a chain of states. */
export function toByteAutomaton(dfa: ReadonlyDFA): ByteAutomaton {
  const nodes = [dfa.initial, ...[...dfa.nodes()].filter((node) => node !== dfa.initial)];
  const numbers = new Map(nodes.map((node, state) => [node, state]));
  const rows: Int32Array[] = nodes.map(() => newRow());
  const finals = nodes.map((node) => (dfa.finals.has(node) ? 1 : 0));
  for (const [state, node] of nodes.entries()) {
    for (const [{ min, max }, target] of node.out) {
      const to = numbers.get(target)!;
      for (let code = min; code <= Math.min(max, MAX_BYTE_OF_ONE); code += 1) rows[state]![code] = to;
      if (max <= MAX_BYTE_OF_ONE || max - min > MAX_CHARACTERS) continue;
      for (let code = Math.max(min, MAX_BYTE_OF_ONE + 1); code <= max; code += 1) addChain(state, code, to);
    }
  }
  const next = new Int32Array(rows.length * 256);
  for (const [state, row] of rows.entries()) next.set(row, state * 256);
  return { next, isFinal: Uint8Array.from(finals) };

  function addChain(from: number, code: number, to: number): void {
    const bytes = Buffer.from(String.fromCodePoint(code), 'utf8');
    let state = from;
    for (const byte of bytes.subarray(0, -1)) {
      const row = rows[state]!;
      if (row[byte] === NO_STATE) {
        row[byte] = rows.length;
        rows.push(newRow());
        finals.push(0);
      }
      state = row[byte]!;
    }
    rows[state]![bytes.at(-1)!] = to;
  }
}

function newRow(): Int32Array {
  return new Int32Array(256).fill(NO_STATE);
}
