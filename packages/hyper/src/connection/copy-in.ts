import type { Readable } from 'node:stream';

import type { Wire } from './wire.ts';

/** Bytes for `STDIN`: a Node stream, or any iterable or async iterable of chunks. */
export type ByteSource = Readable | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

const MAX_FRAME_BYTES = 4 * 1024 * 1024;
const COPY_DATA = 0x64;
const stopped = Symbol('stopped');

/** Sends a source to the engine as fast as the engine takes it. */
export interface CopyPump {
  /** Starts sending; called when the engine asks for the data. */
  start(wire: Wire): void;
  /** Stops reading and releases the source; tells the engine that no more comes if it still waits. */
  stop(reason: string): void;
  /** The source's own failure, if that ended the copy. */
  readonly sourceError: unknown;
  /** Bytes sent so far. */
  readonly sentBytes: number;
}

/** A pump for one statement. */
export function createCopyPump(source: ByteSource): CopyPump {
  let wake: (() => void) | undefined;
  let isStopped = false;
  let running: Wire | undefined;
  let sourceError: unknown;
  let sentBytes = 0;
  const iterator = iteratorOf(source);
  // A stream that fails before the engine asks for it has no listener yet, which would end the process. The iterator tells the
  // failure when it is asked for data, however long ago it happened.
  if ('on' in source && typeof source.on === 'function') source.on('error', () => undefined);

  // Waits for one thing at a time but can always be woken; a Promise.race on one long-lived promise would keep a closure for each chunk.
  const orStopped = async <T>(wait: (done: (value: T) => void, fail: (error: unknown) => void) => void) =>
    await new Promise<T | typeof stopped>((done, fail) => {
      if (isStopped) {
        done(stopped);
        return;
      }
      wake = () => done(stopped);
      wait(done, fail);
    });

  const pump = async (wire: Wire): Promise<void> => {
    for (;;) {
      const next = await orStopped<IteratorResult<Uint8Array | string>>((done, fail) => {
        void settleWith(iterator, done, fail);
      });
      if (next === stopped) return;
      if (next.done === true) break;
      const chunk = typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
      for (let from = 0; from < chunk.length; from += MAX_FRAME_BYTES) {
        const part = chunk.subarray(from, from + MAX_FRAME_BYTES);
        sentBytes += part.length;
        if (writeFrame(wire, part)) continue;
        const drained = await orStopped<void>((done) => {
          const ready = () => {
            wire.stream.off('drain', ready);
            wire.stream.off('close', ready);
            done();
          };
          wire.stream.on('drain', ready);
          wire.stream.on('close', ready);
        });
        if (drained === stopped || wire.stream.destroyed) return;
      }
    }
    running = undefined;
    wire.endCopyFrom();
  };

  return {
    start(wire) {
      if (isStopped) {
        // Stopped before the engine asked; it must hear so, or it would wait for ever.
        wire.sendCopyFail('cancelled');
        return;
      }
      running = wire;
      pump(wire).catch((error: unknown) => {
        sourceError = error;
        running = undefined;
        wire.sendCopyFail('the source of the data failed');
      });
    },
    stop(reason) {
      if (isStopped) return;
      isStopped = true;
      wake?.();
      running?.sendCopyFail(reason);
      running = undefined;
      release(source, iterator);
    },
    get sourceError() {
      return sourceError;
    },
    get sentBytes() {
      return sentBytes;
    },
  };
}

async function settleWith<T>(
  iterator: AsyncIterator<T> | Iterator<T>,
  done: (result: IteratorResult<T>) => void,
  fail: (error: unknown) => void,
): Promise<void> {
  try {
    done(await iterator.next());
  } catch (error) {
    fail(error);
  }
}

function writeFrame(wire: Wire, chunk: Uint8Array): boolean {
  const header = Buffer.allocUnsafe(5);
  header[0] = COPY_DATA;
  header.writeInt32BE(chunk.length + 4, 1);
  wire.stream.cork();
  wire.stream.write(header);
  const ready = wire.stream.write(chunk);
  wire.stream.uncork();
  return ready;
}

function iteratorOf(source: ByteSource): AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

// `return()` of a generator waits for the pending `next()`, so nobody waits for it here; a Node stream is destroyed besides.
function release(source: ByteSource, iterator: { return?(): unknown }): void {
  if ('destroy' in source && typeof source.destroy === 'function') source.destroy();
  Promise.resolve(iterator.return?.()).catch(() => undefined);
}
