import type { ErrorCode } from '../../domain/errors.ts';
import { forEachCall, ranked } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { LOCK_ORDER } from './lock-order.ts';

/** The most that the unpaid checkouts of one account, or of one network of guests, hold together (`HOLD_LIMITS`). */
export interface HoldLimits {
  checkouts: number;
  /** Units of all checkouts that hold more than `SMALL_UNITS`. */
  units: number;
}

interface Held {
  checkouts: number;
  units: number;
}

/** The bound that another checkout would exceed. */
export interface OverHold {
  code: Extract<ErrorCode, 'OPEN_CHECKOUTS_EXCEEDED' | 'HELD_UNITS_EXCEEDED'>;
  details: Record<string, unknown>;
}

/**
 * Units of a checkout that is not counted by its units. Guests of a mobile network share an address: one of them who holds
 * all the units must not keep the others from buying a few.
 */
const SMALL_UNITS = 5;

/** About as many checkouts as four web processes decide at once: each has at most 64 in shared transactions, and a few on their own. */
const AT_ONCE = 300;

const LOCK_HOLDER = ranked(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, LOCK_ORDER.holders);

/**
 * The bound that a checkout of `units` units would exceed, together with all that its holder holds unpaid already, if any.
 * The checkouts of a holder wait for each other's commits, so that concurrent ones are counted, too. They do not wait where
 * `AT_ONCE` more like this one would still fit.
 */
export async function overHold(
  tx: Tx,
  { holder, units }: { holder: string; units: number },
  most: HoldLimits,
): Promise<OverHold | undefined> {
  const admitted = admittedHere(tx, holder);
  let held = add(await heldBy(tx, holder), admitted);
  const isSmall = units <= SMALL_UNITS;
  const hasUnits = isSmall || held.units + AT_ONCE * units <= most.units;
  const isFar = held.checkouts + AT_ONCE <= most.checkouts && hasUnits;
  if (!isFar) {
    await tx.query(LOCK_HOLDER, [`checkouts of ${holder}`]);
    held = add(await heldBy(tx, holder), admitted);
  }
  if (held.checkouts >= most.checkouts) {
    return { code: 'OPEN_CHECKOUTS_EXCEEDED', details: { maxCheckouts: most.checkouts } };
  }
  if (isSmall || held.units + units <= most.units) {
    Object.assign(admitted, add(admitted, { checkouts: 1, units: isSmall ? 0 : units }));
    return undefined;
  }
  return { code: 'HELD_UNITS_EXCEEDED', details: { requested: units, maxUnits: most.units } };
}

/** What this transaction has let in and not written yet, by holder: checkouts that share it see nothing of each other's rows. */
const admissions = (): Map<string, Held> => new Map();

function admittedHere(tx: Tx, holder: string): Held {
  const all = tx.shared(admissions);
  const own = all.get(holder) ?? { checkouts: 0, units: 0 };
  all.set(holder, own);
  return own;
}

const add = (a: Held, b: Held): Held => ({ checkouts: a.checkouts + b.checkouts, units: a.units + b.units });

const HELD = forEachCall(
  `select count(*)::int as checkouts, coalesce(sum(units) filter (where units > $3), 0)::int as units
    from checkouts
    where network = $1 and (expires_at is null or expires_at > $2)`,
  ['text', 'timestamptz', 'int'],
);

async function heldBy(tx: Tx, holder: string): Promise<Held> {
  const [held] = await tx.query<Held & Record<string, unknown>>(HELD, [holder, tx.now, SMALL_UNITS]);
  return held ?? { checkouts: 0, units: 0 };
}
