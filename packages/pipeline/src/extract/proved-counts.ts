import type { RowCounts } from '@hyperferry/schema';

import type { SeenProfile } from '../parse/build-profile.ts';
import { decideColumns } from '../parse/decide-columns.ts';
import { isSurelyText } from '../parse/count-columns.ts';
import type { InspectedSource } from '../parse/inspect-source.ts';
import { NULL_KIND, OTHER_KIND, TOKEN_KIND } from '../typing/classify-cell.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import { zeroDateKinds } from '../typing/date-kinds.ts';
import { isTakenWhenGiven } from '../typing/force-column.ts';
import { areOpen, isAgainst } from '../typing/locale.ts';
import type { GuessedLoadColumn } from './guess-columns.ts';
import type { LoadedTable } from './load-table.ts';
import type { LoadColumn, LoadedWithRejects } from './load-with-rejects.ts';

/** A load that was proved right as it went. */
export interface ProvedLoad {
  readonly profile: SeenProfile;
  readonly rows: RowCounts;
}

type RejectedKinds = ReadonlyMap<LoadColumn, Readonly<Record<string, number>>>;

/** The counts of the whole file, as a load has proved them: the sample's kinds on all cells that have a value, and the rejects. */
export function provedCounts(
  inspected: InspectedSource,
  loaded: LoadedTable,
  guesses: readonly LoadColumn[] = [],
  rejected: RejectedKinds = new Map(),
): ColumnCounts[] {
  return inspected.sample.map((sample, at) => {
    const { kinds: sampleKinds } = sample;
    // The longest cell of the sample says nothing of the whole file.
    const digits = withoutLength(sample);
    const values = loaded.values[at]!;
    const kinds: Record<string, number> = { [NULL_KIND]: loaded.rows - values };
    if (isSurelyText(inspected, at)) return { kinds: { ...kinds, [OTHER_KIND]: values }, ...digits };
    const hasTokens = (sampleKinds[TOKEN_KIND] ?? 0) > 0 && kinds[NULL_KIND]! > 0;
    if (hasTokens) {
      // They are NULL in the extract, as cells without anything are: only that some occur is known.
      kinds[TOKEN_KIND] = 1;
      kinds[NULL_KIND]! -= 1;
    }
    // Zero dates are loaded as NULL, too.
    for (const id of zeroDateKinds) {
      if ((sampleKinds[id] ?? 0) === 0 || (kinds[NULL_KIND] ?? 0) === 0) continue;
      kinds[id] = 1;
      kinds[NULL_KIND]! -= 1;
    }
    const column = guesses[at];
    const good = Object.keys(sampleKinds).filter(
      (id) =>
        !zeroDateKinds.includes(id) &&
        (column === undefined ? id !== NULL_KIND && id !== TOKEN_KIND : column.kindsSeen.includes(id)),
    );
    // How many are of which of the good kinds doesn't matter for the decision: only that they occur.
    let rest = values;
    for (const id of good.slice(1)) {
      if (rest <= 1) break;
      kinds[id] = 1;
      rest -= 1;
    }
    if (good[0] !== undefined && rest > 0) kinds[good[0]] = rest;
    const rejects = column === undefined ? {} : (rejected.get(column) ?? {});
    for (const [id, count] of Object.entries(rejects)) {
      kinds[id] = (kinds[id] ?? 0) + count;
      // Bad values that are loaded as NULL are no cells without a value.
      if (column?.nullsBadValues === true) kinds[NULL_KIND]! -= count;
    }
    const misfits = Object.values(rejects).reduce((sum, count) => sum + count, 0);
    return {
      kinds,
      ...digits,
      ...(hasTokens ? { hasUncountedTokens: true } : {}),
      ...(column?.isGiven === true && misfits > 0 ? { misfits } : {}),
    };
  });
}

function withoutLength(counts: ColumnCounts): Omit<ColumnCounts, 'kinds' | 'maxBytes'> {
  const {
    integerDigits,
    fractionDigits,
    commaIntegerDigits = 0,
    commaFractionDigits = 0,
    significantDigits = 0,
  } = counts;
  return { integerDigits, fractionDigits, commaIntegerDigits, commaFractionDigits, significantDigits };
}

/** Does the whole file, rejects included, bear out what the sample showed? */
export function provesGuess(
  inspected: InspectedSource,
  guesses: readonly GuessedLoadColumn[],
  { loaded, rejectedKinds }: Pick<LoadedWithRejects, 'loaded' | 'rejectedKinds'>,
): boolean {
  const counts = provedCounts(inspected, loaded, guesses, rejectedKinds);
  const decisions = decideColumns(counts, inspected);
  return guesses.every((guess, at) => {
    // Nothing is known of a column that had no value in the sample: one that has is looked at anew.
    if (guess.isEmpty) return loaded.values[at] === 0 && Object.keys(rejectedKinds.get(guess) ?? {}).length === 0;
    if (guess.type === 'text') return true;
    // A rejected cell of a kind that the column could take would have made it another type, or been converted.
    const kinds = Object.keys(rejectedKinds.get(guess) ?? {});
    const isTaken = (id: string): boolean => guess.kind.accepts.includes(id);
    // Of a given type, one of the kinds seen has been found not to fit: too large, or with too many decimals.
    if (kinds.some((id) => isTaken(id) && !(guess.isGiven === true && guess.kindsSeen.includes(id)))) return false;
    if (kinds.includes(TOKEN_KIND)) return false;
    // How many values prove the one and the other has to be counted.
    if (
      areOpen(
        guess.kindsSeen,
        kinds.filter((id) => isAgainst(id, guess.kind)),
      )
    )
      return false;
    const decision = decisions[at]!;
    if (decision.kind !== guess.kind || decision.type !== guess.type) return false;
    return (
      guess.isGiven !== true || !kinds.some((id) => isTakenWhenGiven(id, guess.type) && !guess.kindsSeen.includes(id))
    );
  });
}
