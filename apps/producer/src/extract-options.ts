import type { ColumnType, ExtractSpec } from '@hyperferry/schema';
import { HyperferryError } from '@hyperferry/schema/errors';
import { type Command, Option } from 'commander';

import { parseBadValues, parseColumns, parseTypes } from './column-options.ts';
import { addDialectOptions, type DialectOptions, toCsvSpec } from './dialect-options.ts';
import { addLocaleOptions, type LocaleOptions, toLocale } from './locale-options.ts';
import type { SpecFile } from '@hyperferry/schema';

/** Options that say what is loaded and how; they go before what the job spec says. */
export interface ExtractOptions extends DialectOptions, LocaleOptions {
  readonly spec?: string;
  readonly columns?: string;
  readonly types?: string;
  readonly allowEmpty?: boolean;
  readonly ragged?: 'reject' | 'pad' | 'fail';
  readonly badValues?: string;
}

/** Adds them, those about dialect and locale included. */
export function addExtractOptions(command: Command): Command {
  command
    .option('--spec <file>', 'job spec in YAML or JSON; other options go before what it says')
    .option('--columns <names>', 'only these columns, in this order: a,b,c')
    .option('--types <types>', 'types instead of the inferred ones: date=date,zip=text')
    .option('--allow-empty', 'a file without rows is no error')
    .addOption(
      new Option('--ragged <policy>', 'rows with too few or too many cells (default: reject)').choices([
        'reject',
        'pad',
        'fail',
      ]),
    )
    .option(
      '--bad-values <policy>',
      'rows with a value that does not fit: reject or null; for some: amount=null,zip=reject',
    );
  return addLocaleOptions(addDialectOptions(command));
}

/** The job spec of a command: what its file says, if any, and the options. */
export interface GivenSpec {
  readonly extract: Omit<ExtractSpec, 'source'>;
  /** The rest of the file: source, target, what happens after a failure. */
  readonly file: SpecFile | undefined;
}

/** @throws {HyperferryError} USAGE_INVALID, SPEC_INVALID, SPEC_NOT_READABLE, SPEC_VERSION_UNKNOWN */
export async function readGivenSpec(options: ExtractOptions): Promise<GivenSpec> {
  const file =
    options.spec === undefined ? undefined : await (await import('./spec-file.ts')).readSpecFile(options.spec);
  const { columns = file?.columns, ragged = file?.ragged, badValues = file?.badValues } = await readOptions(options);
  const types: Record<string, ColumnType> = {
    ...file?.types,
    ...(options.types === undefined ? {} : await parseTypes(options.types)),
  };
  const { dateOrder = file?.dateOrder, decimal = file?.decimal } = await toLocale(options);
  const csv = { ...file?.csv, ...toCsvSpec(options) };
  return {
    extract: {
      types,
      allowEmpty: options.allowEmpty ?? file?.allowEmpty ?? false,
      ...(Object.keys(csv).length === 0 ? {} : { csv }),
      ...(columns === undefined ? {} : { columns }),
      ...(ragged === undefined ? {} : { ragged }),
      ...(badValues === undefined ? {} : { badValues }),
      ...(dateOrder === undefined ? {} : { dateOrder }),
      ...(decimal === undefined ? {} : { decimal }),
    },
    file,
  };
}

async function readOptions({ columns, ragged, badValues }: ExtractOptions) {
  return {
    columns: columns === undefined ? undefined : await parseColumns(columns),
    ragged,
    badValues: badValues === undefined ? undefined : await parseBadValues(badValues),
  };
}

/**
 * The names of the files to work with on this machine: the arguments, or else the source of the job spec.
 * @throws {HyperferryError} USAGE_INVALID when there are neither
 */
export function namesOrSource(names: readonly string[], { file }: GivenSpec): readonly string[] {
  if (names.length > 0) return names;
  if (file?.source !== undefined) return [file.source.path];
  throw new HyperferryError('USAGE_INVALID', 'give a file, or --spec with a job spec that has a source');
}
