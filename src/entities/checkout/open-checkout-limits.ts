import type { ErrorCode } from '../../domain/errors.ts';
import { forEachCall, ranked } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { LOCK_ORDER } from './lock-order.ts';

/** Limits on all unpaid checkouts of one account, or of one network of guests (`HOLD_LIMITS`). */
export interface HoldLimits {
  checkouts: number;
  /** Units in checkouts with more than `SMALL_UNITS` units. */
  units: number;
}

/** The unpaid checkouts of a holder, and their counted units. */
export interface Held {
  checkouts: number;
  units: number;
}

/** The limit that a new checkout would exceed. */
export interface ExceededHold {
  code: Extract<ErrorCode, 'OPEN_CHECKOUTS_EXCEEDED' | 'HELD_UNITS_EXCEEDED'>;
  details: Record<string, unknown>;
}

/**
 * Checkouts with up to this many units do not count towards the limit on units. Guests of a mobile network share an IP
 * address: one guest who reserves many units must not prevent others from buying a few.
 */
const SMALL_UNITS = 5;

/**
 * Checkouts that four web processes decide concurrently: each at most 64 in shared transactions, and a few single ones.
 */
const CONCURRENT_CHECKOUTS = 300;

const LOCK_HOLDER = ranked(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, LOCK_ORDER.holders);

/**
 * Finds the limit that a checkout of `units` units would exceed together with the unpaid checkouts of its holder, of
 * which `heldBy` has read `before`. A lock per holder makes concurrent checkouts count each other. It is skipped if
 * `CONCURRENT_CHECKOUTS` more checkouts like this one would fit.
 */
export async function findExceededHold(
  tx: Tx,
  { holder, units, before }: { holder: string; units: number; before: Held },
  most: HoldLimits,
): Promise<ExceededHold | undefined> {
  const admitted = admittedInTransaction(tx, holder);
  let held = add(before, admitted);
  const isSmall = units <= SMALL_UNITS;
  const hasUnits = isSmall || held.units + CONCURRENT_CHECKOUTS * units <= most.units;
  const isFarBelowLimits = held.checkouts + CONCURRENT_CHECKOUTS <= most.checkouts && hasUnits;
  if (!isFarBelowLimits) {
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

/**
 * Admitted checkouts of this transaction by holder. Checkouts that share a transaction do not see each other's
 * unwritten rows.
 */
const admissions = (): Map<string, Held> => new Map();

function admittedInTransaction(tx: Tx, holder: string): Held {
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

/** Reads what the checkouts of a holder hold. */
export async function heldBy(tx: Tx, holder: string): Promise<Held> {
  const [held] = await tx.query<Held>(HELD, [holder, tx.now, SMALL_UNITS]);
  return held ?? { checkouts: 0, units: 0 };
}
