const START_BYTES = 80 * 1024;

/** Growing bytes that values are written to. `ensure` before every write; the writers don't check. */
export interface RowBuffer {
  bytes: Buffer;
  view: DataView;
  offset: number;
}

/** An empty buffer with room for a chunk. */
export function createRowBuffer(): RowBuffer {
  const bytes = Buffer.allocUnsafeSlow(START_BYTES);
  return { bytes, view: new DataView(bytes.buffer), offset: 0 };
}

/** Makes room for so many more bytes. */
export function ensure(out: RowBuffer, count: number): void {
  if (out.offset + count <= out.bytes.length) return;
  const bytes = Buffer.allocUnsafeSlow(Math.max(out.bytes.length * 2, out.offset + count));
  out.bytes.copy(bytes, 0, 0, out.offset);
  out.bytes = bytes;
  out.view = new DataView(bytes.buffer);
}

/** The bytes written so far; the buffer starts anew with fresh memory, because the old is still being sent. */
export function takeBytes(out: RowBuffer): Buffer {
  const taken = out.bytes.subarray(0, out.offset);
  Object.assign(out, createRowBuffer());
  return taken;
}

/** Writes a whole number of up to 2^53 as 64 bits. */
export function writeInt64(out: RowBuffer, value: number): void {
  const { view, offset } = out;
  const low = value | 0;
  if (low === value) {
    view.setInt32(offset, low, true);
    view.setInt32(offset + 4, low >> 31, true);
  } else {
    // Both setters take their operand modulo 2^32, which is two's complement for negative ones.
    view.setUint32(offset, value, true);
    view.setInt32(offset + 4, Math.floor(value * 2 ** -32), true);
  }
  out.offset = offset + 8;
}

/** Writes a bigint as 64 bits. */
export function writeBigInt64(out: RowBuffer, value: bigint): void {
  out.view.setBigInt64(out.offset, value, true);
  out.offset += 8;
}

/** Writes a bigint as 128 bits. */
export function writeBigInt128(out: RowBuffer, value: bigint): void {
  out.view.setBigUint64(out.offset, BigInt.asUintN(64, value), true);
  out.view.setBigInt64(out.offset + 8, BigInt.asIntN(64, value >> 64n), true);
  out.offset += 16;
}

/** Writes 32-bit length and UTF-8. Makes its own room, and `spare` bytes more for what follows in the row. */
export function writeText(out: RowBuffer, text: string, spare: number): void {
  const { length } = text;
  ensure(out, 4 + length * 3 + spare);
  const start = out.offset + 4;
  let end = start;
  if (length < 64) {
    // Short ASCII by hand: a call into C++ costs more than it.
    const { bytes } = out;
    let index = 0;
    for (; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) break;
      bytes[start + index] = code;
    }
    end = index === length ? start + length : start + bytes.write(text, start, 'utf8');
  } else {
    end = start + out.bytes.write(text, start, 'utf8');
  }
  out.view.setUint32(out.offset, end - start, true);
  out.offset = end;
}

/** Writes 32-bit length and bytes. Makes its own room, and `spare` bytes more for what follows in the row. */
export function writeBytes(out: RowBuffer, bytes: Uint8Array, spare: number): void {
  ensure(out, 4 + bytes.length + spare);
  out.view.setUint32(out.offset, bytes.length, true);
  out.bytes.set(bytes, out.offset + 4);
  out.offset += 4 + bytes.length;
}
