import { INVARIANTS } from '../../src/entities/invariants/all-invariants.ts';
import { REPLAY } from '../../src/entities/reconciliation/price-replays.ts';
import { PROVIDER_INVARIANTS } from '../verify/provider.ts';
import { codes, table } from './table.ts';

/** Builds the table of the invariants that `bin/verify` checks. */
export function invariantsTable(): string {
  const all = [...INVARIANTS, REPLAY, ...Object.values(PROVIDER_INVARIANTS)];
  return table(
    ['invariant', 'what always holds'],
    all.map(({ name, says }) => [codes([name]), says]),
  );
}
