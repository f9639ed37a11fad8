import { parseArgs } from 'node:util';

/** What goes wrong in a soak. */
export const troubles = ['kill', 'stop', 'freeze', 'producer', 'redis', 'faults', 'pause'] as const;
export type Trouble = (typeof troubles)[number];

export interface SoakOptions {
  readonly runs: number;
  /** Submitting ends after this time, even when runs are missing: then the soak has failed. */
  readonly minutes: number;
  readonly seed: number;
  readonly troubles: ReadonlySet<Trouble>;
  /** Keeps the folder with logs and data. */
  readonly keep: boolean;
}

export const usage = `Usage: npm run soak -- [--runs N] [--minutes M] [--seed S] [--troubles ${troubles.join(',')}|none] [--keep]
`;

/** Reads the command line; 'help' where that is asked for. @throws {TypeError} for an unknown option, {RangeError} for a wrong value */
export function readOptions(args: readonly string[]): SoakOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '300' },
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      troubles: { type: 'string', default: troubles.join(',') },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    runs: number('runs', values.runs, { least: 1, whole: true }),
    minutes: number('minutes', values.minutes, { least: Number.MIN_VALUE, whole: false }),
    seed: number('seed', values.seed, { least: 0, whole: true }),
    troubles: new Set(values.troubles === 'none' ? [] : values.troubles.split(',').map(asTrouble)),
    keep: values.keep,
  };
}

function number(
  name: string,
  text: string,
  { least, whole }: { readonly least: number; readonly whole: boolean },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && (whole ? Number.isSafeInteger(value) : Number.isFinite(value))) return value;
  throw new RangeError(`--${name} ${text}: ${whole ? `a whole number from ${least} on` : 'a number above 0'}`);
}

function asTrouble(text: string): Trouble {
  const trouble = troubles.find((name) => name === text);
  if (trouble === undefined) throw new RangeError(`--troubles ${text}: use ${troubles.join(', ')} or none`);
  return trouble;
}
