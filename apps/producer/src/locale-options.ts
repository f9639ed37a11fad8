import type { ExtractSpec } from '@hyperferry/schema';
import { HyperferryError } from '@hyperferry/schema/errors';
import type { Command } from 'commander';

import { parseRecord } from './column-options.ts';

export interface LocaleOptions {
  readonly dateOrder?: string;
  readonly decimal?: string;
}

const ORDERS = { dmy: 'dmy', mdy: 'mdy', ymd: 'ymd' } as const;
const POINTS = { ',': ',', comma: ',', '.': '.', point: '.', dot: '.' } as const;

/** Adds the options that say how dates and numbers are meant that read two ways. */
export function addLocaleOptions(command: Command): Command {
  return command
    .option('--date-order <order>', 'dmy, mdy or ymd, where dates fit both; for columns: day=dmy,shipped=mdy')
    .option('--decimal <point>', 'comma or point, where 1.234 or 1,234 fits both; for columns: price=comma');
}

/** The fields of a spec that the options stand for. @throws {HyperferryError} USAGE_INVALID */
export async function toLocale(options: LocaleOptions): Promise<Pick<ExtractSpec, 'dateOrder' | 'decimal'>> {
  const { dateOrder, decimal } = options;
  return {
    ...(dateOrder === undefined ? {} : { dateOrder: await parseChoice('--date-order', dateOrder, ORDERS) }),
    ...(decimal === undefined ? {} : { decimal: await parseChoice('--decimal', decimal, POINTS) }),
  };
}

/** One choice for all of the file, or `NAME=CHOICE` separated by commas. */
async function parseChoice<Choice extends string>(
  option: string,
  text: string,
  choices: Readonly<Record<string, Choice>>,
): Promise<Choice | Record<string, Choice>> {
  const choose = (word: string): Choice | undefined => {
    const key = word.trim().toLowerCase();
    return Object.hasOwn(choices, key) ? choices[key] : undefined;
  };
  const one = choose(text);
  if (one !== undefined) return one;
  const chosen: Record<string, Choice> = {};
  for (const item of await parseRecord(text)) {
    const at = item.lastIndexOf('=');
    const name = item.slice(0, at).trim();
    const choice = choose(item.slice(at + 1));
    if (at < 1 || name === '' || choice === undefined) {
      const words = Object.keys(choices).filter((word) => word.length > 1);
      throw new HyperferryError(
        'USAGE_INVALID',
        `${option} wants ${words.join(', ')}, or NAME=${words[0]!} separated by commas, not ${JSON.stringify(text)}`,
      );
    }
    if (Object.hasOwn(chosen, name)) {
      throw new HyperferryError('USAGE_INVALID', `${option}: the column ${JSON.stringify(name)} stands twice`);
    }
    chosen[name] = choice;
  }
  return chosen;
}
