import type { ExtractSpec } from '@hyperferry/schema';
import { HyperferryError } from '@hyperferry/schema/errors';
import { type Command, InvalidArgumentError, Option } from 'commander';

export interface DialectOptions {
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly newline?: 'lf' | 'crlf' | 'cr' | 'mixed';
  readonly headerRows?: number;
  readonly skipRows?: number;
  readonly footerRows?: number | 'auto';
  readonly encoding?: string;
}

const NEWLINES = { lf: '\n', crlf: '\r\n', cr: '\r', mixed: 'mixed' } as const;

/** Adds the options that overrule what is found out about a CSV. */
export function addDialectOptions(command: Command): Command {
  return command
    .option('--delimiter <text>', 'delimiter of the cells; tab for a tab')
    .option('--quote <char>', 'quote character; none for no quoting')
    .option('--escape <char>', 'escape character inside of quotes; the quote itself for doubled quotes')
    .addOption(new Option('--newline <kind>', 'end of the records').choices(['lf', 'crlf', 'cr', 'mixed']))
    .option('--header-rows <count>', 'header rows; 0 for none', parseCount)
    .option('--skip-rows <count>', 'records before the header, left out; blank lines and comments are none', parseCount)
    .option('--footer-rows <count>', 'records after the data, left out; 0 for none, auto for what says so', parseFooter)
    .option('--encoding <label>', 'encoding: utf-8, utf-16le, windows-1252, shift_jis, gbk, …');
}

/** The options as a job spec says them. @throws {HyperferryError} USAGE_INVALID */
export function toCsvSpec(options: DialectOptions): NonNullable<ExtractSpec['csv']> {
  const { delimiter, quote, escape, newline, headerRows, skipRows, footerRows, encoding } = options;
  return {
    ...(delimiter === undefined ? {} : { delimiter: characters('--delimiter', delimiter) }),
    ...(quote === undefined ? {} : { quote: quote === 'none' ? null : oneCharacter('--quote', quote) }),
    ...(escape === undefined ? {} : { escape: oneCharacter('--escape', escape) }),
    ...(newline === undefined ? {} : { newline: NEWLINES[newline] }),
    ...(headerRows === undefined ? {} : { headerRows }),
    ...(skipRows === undefined ? {} : { skipRows }),
    ...(footerRows === undefined ? {} : { footerRows }),
    ...(encoding === undefined ? {} : { encoding }),
  };
}

function parseCount(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('not a count of rows');
  return Number(text);
}

function parseFooter(text: string): number | 'auto' {
  return text === 'auto' ? text : parseCount(text);
}

function characters(option: string, text: string): string {
  const named: Readonly<Record<string, string>> = { tab: '\t', '\\t': '\t', space: ' ', blank: ' ' };
  const value = named[text] ?? text;
  if (value === '' || /[\r\n"]/.test(value))
    throw new HyperferryError('USAGE_INVALID', `${option} can't be ${JSON.stringify(text)}`);
  return value;
}

function oneCharacter(option: string, text: string): string {
  if (text.length !== 1)
    throw new HyperferryError('USAGE_INVALID', `${option} wants one character, not ${JSON.stringify(text)}`);
  return text;
}
