const MAX_FAST_DIGITS = 15;

/**
 * A decimal as a whole number of its last digit: `scaledDecimal('1.5', 2)` is 150. A number where it is exact, a bigint beyond.
 * Never rounds: undefined when the text is no decimal or has more digits behind the point than `scale`, zeros apart.
 */
export function scaledDecimal(text: string, scale: number): number | bigint | undefined {
  let index = 0;
  let negative = false;
  const first = text.charCodeAt(0);
  if (first === 45 || first === 43) {
    negative = first === 45;
    index = 1;
  }
  let value = 0;
  let digits = 0;
  let decimals = -1;
  for (; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 46 && decimals === -1) {
      decimals = 0;
      continue;
    }
    if (code < 48 || code > 57) return exactDecimal(text, scale);
    value = value * 10 + (code - 48);
    digits += 1;
    if (decimals >= 0) decimals += 1;
  }
  const missing = scale - Math.max(decimals, 0);
  if (digits === 0) return undefined;
  if (missing < 0 || digits + missing > MAX_FAST_DIGITS) return exactDecimal(text, scale);
  for (let zeros = missing; zeros > 0; zeros -= 1) value *= 10;
  return negative ? -value : value;
}

/** The same for a JavaScript number: the shortest decimal that means it. */
export function scaledNumber(value: number, scale: number): number | bigint | undefined {
  if (!Number.isFinite(value)) return undefined;
  const factor = 10 ** scale;
  const scaled = Math.round(value * factor);
  // Dividing two exact numbers rounds once, so equality means that this decimal is read as this very number.
  if (scale <= 22 && Math.abs(scaled) <= Number.MAX_SAFE_INTEGER && scaled / factor === value) return scaled;
  return scaledDecimal(String(value), scale);
}

function exactDecimal(text: string, scale: number): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '') return undefined;
  const shift = scale - fraction.length + Number(exponent);
  const digits = whole + fraction;
  let magnitude: bigint;
  if (shift >= 0) {
    magnitude = BigInt(digits + '0'.repeat(shift));
  } else {
    const kept = digits.slice(0, Math.max(0, digits.length + shift));
    if (/[1-9]/.test(digits.slice(kept.length))) return undefined;
    magnitude = BigInt(kept === '' ? '0' : kept);
  }
  return sign === '-' ? -magnitude : magnitude;
}
