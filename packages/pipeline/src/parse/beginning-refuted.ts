import type { ExtractSpecCore } from './inspect-source.ts';

/** What the beginning of a file showed of its records does not hold for the rest: all of it is to be read by another spec. */
export class BeginningRefuted extends Error {
  override readonly name = 'BeginningRefuted';
  readonly correction: Partial<ExtractSpecCore>;

  constructor(correction: Partial<ExtractSpecCore>) {
    super('the beginning of the file does not show how the rest is written');
    this.correction = correction;
  }
}

/** Does what it has to with a file, and once more by what the whole of it has shown. */
export async function asWholeFileShows<Spec extends ExtractSpecCore, Result>(
  spec: Spec,
  act: (spec: Spec) => Promise<Result>,
): Promise<Result> {
  try {
    return await act(spec);
  } catch (error) {
    if (!(error instanceof BeginningRefuted)) throw error;
    return await act({ ...spec, ...error.correction });
  }
}
