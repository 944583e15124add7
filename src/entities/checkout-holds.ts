import type { ErrorCode } from '../domain/errors.ts';
import type { Tx } from '../infra/unit-of-work.ts';

/** What the unpaid checkouts of one network may hold together (`HOLD_LIMITS`). */
export interface HoldLimits {
  checkouts: number;
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

/** More transactions than all web processes together have open at once. */
const AT_ONCE = 200;

/**
 * The bound that a checkout of so many units would exceed, with all that its network holds unpaid already, if any. The
 * checkouts of a network wait for each other's commits, so that those that come at once are counted, too; only where as many
 * more like this one would still fit, nobody waits.
 */
export async function overHold(
  tx: Tx,
  { network, units }: { network: string; units: number },
  most: HoldLimits,
): Promise<OverHold | undefined> {
  let held = await heldBy(tx, network);
  const isFar = held.checkouts + AT_ONCE <= most.checkouts && held.units + AT_ONCE * units <= most.units;
  if (!isFar) {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`checkouts of ${network}`]);
    held = await heldBy(tx, network);
  }
  if (held.checkouts >= most.checkouts) {
    return { code: 'OPEN_CHECKOUTS_EXCEEDED', details: { maxCheckouts: most.checkouts } };
  }
  if (held.units + units <= most.units) return undefined;
  return { code: 'HELD_UNITS_EXCEEDED', details: { requested: units, maxUnits: most.units } };
}

async function heldBy(tx: Tx, network: string): Promise<Held> {
  const [held] = await tx.query<Held & Record<string, unknown>>(
    `select count(*)::int as checkouts, coalesce(sum(units), 0)::int as units from checkouts
      where network = $1 and (expires_at is null or expires_at > $2)`,
    [network, tx.now],
  );
  return held ?? { checkouts: 0, units: 0 };
}
