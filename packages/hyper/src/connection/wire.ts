import type { Socket } from 'node:net';

/** The parts of pg's protocol connection that a statement drives itself; pg's own types leave some of them out. */
export interface Wire {
  readonly stream: Socket;
  query(text: string): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** A result column as the protocol describes it. */
export interface WireField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/** A row as the protocol brings it: the engine's text of each value. */
export type WireRow = readonly (string | null)[];
