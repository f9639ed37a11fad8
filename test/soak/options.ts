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

/** Reads the command line. @throws {TypeError} for an unknown option, {RangeError} for a wrong value */
export function readOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '300' },
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      troubles: { type: 'string', default: troubles.join(',') },
      keep: { type: 'boolean', default: false },
    },
  });
  return {
    runs: positive('runs', values.runs),
    minutes: positive('minutes', values.minutes),
    seed: positive('seed', values.seed),
    troubles: new Set(values.troubles === 'none' ? [] : values.troubles.split(',').map(asTrouble)),
    keep: values.keep,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`--${name} ${text}: not a positive number`);
  return value;
}

function asTrouble(text: string): Trouble {
  const trouble = troubles.find((name) => name === text);
  if (trouble === undefined) throw new RangeError(`--troubles ${text}: use ${troubles.join(', ')} or none`);
  return trouble;
}
