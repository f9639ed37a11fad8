import { access, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { pinProfile } from '@hyperferry/pipeline/extract';
import type { Profile } from '@hyperferry/schema';
import { HyperferryError, outputError } from '@hyperferry/schema/errors';
import { Document, isMap, isScalar, type YAMLMap } from 'yaml';

import type { GivenSpec } from './extract-options.ts';

/**
 * Where a pinned spec may be written: a new file, or the spec that was read.
 * @throws {HyperferryError} USAGE_INVALID
 */
export async function checkPinPath(path: string, specPath: string | undefined, fileCount: number): Promise<void> {
  if (fileCount !== 1) throw new HyperferryError('USAGE_INVALID', `--pin takes one file, not ${fileCount}`);
  if (specPath !== undefined && resolve(path) === resolve(specPath)) return;
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) {
    throw new HyperferryError(
      'USAGE_INVALID',
      `"${path}" exists: name another file for --pin, or give the same one to --spec to bring it up to date`,
    );
  }
}

/** Writes a job spec by which the next file is read as this one was, with the reason for each column's type beside it. @throws {HyperferryError} DISK_FULL, OUTPUT_NOT_WRITABLE */
export async function writePinnedSpec(path: string, given: GivenSpec, profile: Profile): Promise<void> {
  const { columns, ragged, badValues } = given.extract;
  const { source, target, onFailure, priority } = given.file ?? {};
  const spec = { version: 1, source, columns, ...pinProfile(profile), badValues, ragged, target, onFailure, priority };
  const document = new Document(JSON.parse(JSON.stringify(spec)) as unknown);
  document.commentBefore = ` Pinned by hyperferry plan from ${profile.source.name}: what is found in other files no longer decides.`;
  const types = document.get('types');
  if (isMap(types)) commentTypes(types, profile);
  await writeFile(path, document.toString({ lineWidth: 0 })).catch((error: unknown) => {
    throw outputError(path, error);
  });
}

function commentTypes(types: YAMLMap, { columns }: Profile): void {
  const reasons = new Map(columns.map(({ name, reason }) => [name, reason]));
  for (const { key, value } of types.items) {
    const reason = reasons.get(String(isScalar(key) ? key.value : key));
    if (isScalar(value) && reason !== undefined) value.comment = ` ${reason.replaceAll(/\s+/g, ' ')}`;
  }
}
