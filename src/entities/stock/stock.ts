import { refused } from '../../domain/errors.ts';
import { forAnyKeys, forAnyRows, ranked } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { observe } from '../../infra/observability/log.ts';
import { LOCK_ORDER } from '../checkout/lock-order.ts';
import { appendMovements, type Cause, DELTAS, type Demand, type MovementKind } from './movements.ts';

export interface Shortage {
  variantId: string;
  requested: number;
  available: number;
}

interface Level {
  variantId: string;
  available: number;
}

/** Adds up the units of lines per variant. */
export function demandOf(lines: readonly { variantId: string; quantity: number }[]): Demand {
  const demand = new Map<string, number>();
  for (const { variantId, quantity } of lines) demand.set(variantId, (demand.get(variantId) ?? 0) + quantity);
  return demand;
}

/*
 * The caller has locked the checkout; `LOCK_ORDER` lists the locks that follow. Reservations change only under the lock of
 * their variant's level, and levels are locked in the order of their ids, so two checkouts cannot deadlock.
 *
 * Locks do not separate checkouts that share a transaction. These checkouts share the levels in memory and deduct their
 * units immediately. The check constraints of `stock_levels` are the last safeguard.
 */

/**
 * Reserves the demand of a checkout until `expiresAt`, all or nothing. Expired reservations of other checkouts do not
 * count, even if they are not released yet.
 * @returns the shortages; empty if the demand is reserved.
 */
export async function reserve(
  tx: Tx,
  { checkoutId, expiresAt }: { checkoutId: string; expiresAt: Date },
  demand: Demand,
): Promise<Shortage[]> {
  const shortages = await lockAndReserve(tx, demand);
  if (shortages.length > 0) return shortages;
  for (const [variantId, quantity] of demand) {
    const row = { checkout_id: checkoutId, variant_id: variantId, quantity, status: 'held', expires_at: expiresAt };
    tx.append('reservations', row);
  }
  appendMovements(tx, { kind: 'reserve', causeId: checkoutId }, demand);
  return [];
}

/** Extends the held reservations of a checkout. */
export async function extendReservations(tx: Tx, checkoutId: string, expiresAt: Date): Promise<void> {
  await lockLevelsOf(tx, checkoutId);
  tx.send(`update reservations set expires_at = $2 where checkout_id = $1 and status = 'held'`, [
    checkoutId,
    expiresAt,
  ]);
}

/**
 * Consumes the reservations of a checkout: the goods leave stock. For a reservation that expired and was released, it
 * takes the units that are available now.
 * @returns the shortages; if there are any, nothing was taken.
 */
export async function consume(tx: Tx, checkoutId: string): Promise<Shortage[]> {
  // Sent together: PostgreSQL takes the goods after it has locked the levels.
  const [, held] = await Promise.all([lockLevelsOf(tx, checkoutId), consumeHeld(tx, checkoutId)]);
  if (held) {
    appendMovements(tx, { kind: 'consume', causeId: checkoutId }, held);
    return [];
  }
  return consumeLate(tx, checkoutId);
}

/** The quantity of a variant in a reservation of a checkout. */
interface Reserved {
  checkoutId: string;
  variantId: string;
  quantity: number;
}

const RELEASE = forAnyKeys(
  `with freed as (update reservations set status = 'released' where checkout_id = any($1) and status = 'held'
        returning checkout_id, variant_id, quantity),
      level as (update stock_levels s set reserved = s.reserved - f.quantity
        from (select variant_id, sum(quantity) as quantity from freed group by variant_id) f
        where s.variant_id = f.variant_id)
    select checkout_id as "checkoutId", variant_id as "variantId", quantity from freed`,
  'checkoutId',
);

/** Releases the held reservations of a checkout. Idempotent. */
export async function release(tx: Tx, checkoutId: string): Promise<void> {
  await lockLevelsOf(tx, checkoutId);
  const freed = await tx.query<Reserved>(RELEASE, [[checkoutId]]);
  addToLocked(tx, demandOf(freed), 1);
  appendMovements(tx, { kind: 'release', causeId: checkoutId }, demandOf(freed));
}

/** Adds goods to stock; a variant's first goods create its level. The variants must be written before. */
export async function receive(tx: Tx, cause: Cause, demand: Demand): Promise<void> {
  await tx.query(
    `insert into stock_levels (variant_id, on_hand)
      select * from unnest($1::uuid[], $2::int[]) as d (variant_id, quantity) order by variant_id
      on conflict (variant_id) do update set on_hand = stock_levels.on_hand + excluded.on_hand`,
    [[...demand.keys()], [...demand.values()]],
  );
  addToLocked(tx, demand, 1);
  appendMovements(tx, { kind: 'receive', ...cause }, demand);
}

/** Puts goods of an order back into stock. */
export async function restock(tx: Tx, cause: Cause, demand: Demand): Promise<void> {
  if (demand.size === 0) return;
  await lockLevels(tx, [...demand.keys()]);
  changeLevels(tx, 'restock', demand);
  appendMovements(tx, { kind: 'restock', ...cause }, demand);
}

/** Changes the on-hand units by `delta`. @throws INSUFFICIENT_INVENTORY if fewer units than that are unreserved */
export async function adjust(
  tx: Tx,
  cause: Cause,
  { variantId, delta }: { variantId: string; delta: number },
): Promise<void> {
  const changed = await tx.query(
    `update stock_levels set on_hand = on_hand + $2 where variant_id = $1
      and on_hand + $2 + backorder_limit >= greatest(reserved, 0) and on_hand + $2 >= -backorder_limit returning 1`,
    [variantId, delta],
  );
  if (changed.length === 0) {
    const [level] = await lockLevels(tx, [variantId]);
    throw refused('INSUFFICIENT_INVENTORY', { variantId, requested: -delta, available: level?.available ?? 0 });
  }
  addToLocked(tx, new Map([[variantId, delta]]), 1);
  appendMovements(tx, { kind: 'adjust', ...cause }, new Map([[variantId, delta]]));
}

/**
 * Does not await between comparison and change, so that other checkouts of this transaction see the remaining units.
 */
async function lockAndReserve(tx: Tx, demand: Demand): Promise<Shortage[]> {
  const levels = await lockLevels(tx, [...demand.keys()]);
  let shortages = shortagesOf(demand, levels);
  if (shortages.length > 0) {
    await releaseExpired(
      tx,
      shortages.map(({ variantId }) => variantId),
    );
    shortages = shortagesOf(demand, levels);
  }
  if (shortages.length > 0) return shortages;
  changeLevels(tx, 'reserve', demand);
  for (const { variantId, available } of levels) if (available === 0) reportSoldOut(tx, variantId);
  return [];
}

/** The last unit is reserved. It is for sale again if the checkout ends without an order. */
const reportSoldOut = (tx: Tx, variantId: string): void =>
  tx.afterCommit(() => observe('stock.sold_out', { variantId }));

function shortagesOf(demand: Demand, levels: readonly Level[]): Shortage[] {
  const available = new Map(levels.map((level) => [level.variantId, level.available]));
  return [...demand]
    .map(([variantId, requested]) => ({ variantId, requested, available: available.get(variantId) ?? 0 }))
    .filter((line) => line.requested > line.available);
}

/**
 * Locks the levels of variants, and of all variants that checkouts reserved; $1 has the ids of both. One statement for
 * both, so that a transaction takes all its levels in one order.
 */
const LOCK_LEVELS = ranked(
  forAnyKeys(
    `select variant_id as "variantId", on_hand + backorder_limit - reserved as available
      from stock_levels
      where variant_id = any($1::uuid[] || array(select variant_id from reservations where checkout_id = any($1)))
      order by variant_id for update`,
  ),
  LOCK_ORDER.levels,
);

/** Locks the level of a variant, for a caller that reads it before changing it. */
export async function lockLevel(tx: Tx, variantId: string): Promise<void> {
  await lockLevels(tx, [variantId]);
}

/** The levels that a transaction has locked, after all its changes. */
const lockedLevels = (): Map<string, Level> => new Map();

async function lockLevels(tx: Tx, variantIds: readonly string[]): Promise<Level[]> {
  const locked = tx.shared(lockedLevels);
  const missing = variantIds.filter((id) => !locked.has(id));
  if (missing.length > 0) await lockAndKeep(tx, missing);
  return variantIds.flatMap((id) => locked.get(id) ?? []);
}

/** `ids`: of variants, or of checkouts. */
async function lockAndKeep(tx: Tx, ids: readonly string[]): Promise<void> {
  const found = await tx.query<Level>(LOCK_LEVELS, [ids]);
  const locked = tx.shared(lockedLevels);
  // While this checkout waited, another checkout of the transaction may have loaded the level and taken units.
  for (const level of found) if (!locked.has(level.variantId)) locked.set(level.variantId, level);
}

function addToLocked(tx: Tx, demand: Demand, sign: number): void {
  const locked = tx.shared(lockedLevels);
  for (const [variantId, quantity] of demand) {
    const level = locked.get(variantId);
    if (level) level.available += sign * quantity;
  }
}

/**
 * Locks the levels of all variants that a checkout reserved, for a caller that must take other locks after them. The
 * caller has locked the checkout, so its reservations do not change meanwhile.
 */
export const lockLevelsOf = (tx: Tx, checkoutId: string): Promise<void> => lockAndKeep(tx, [checkoutId]);

/** Releases expired reservations of these variants, whose levels the caller has locked. */
async function releaseExpired(tx: Tx, variantIds: string[]): Promise<void> {
  const rows = await tx.query<Reserved>(
    `with freed as (update reservations set status = 'released'
          where variant_id = any($1) and status = 'held' and expires_at <= now()
          returning checkout_id, variant_id, quantity),
        level as (update stock_levels s set reserved = s.reserved - f.quantity
          from (select variant_id, sum(quantity) as quantity from freed group by variant_id) f
          where s.variant_id = f.variant_id)
      select checkout_id as "checkoutId", variant_id as "variantId", quantity from freed`,
    [variantIds],
  );
  for (const row of rows) appendMovements(tx, { kind: 'release', causeId: row.checkoutId }, demandOf([row]));
  addToLocked(tx, demandOf(rows), 1);
}

const CONSUME_HELD = forAnyKeys(
  `with used as (update reservations r set status = 'consumed' where checkout_id = any($1)
        and not exists (select 1 from reservations o where o.checkout_id = r.checkout_id and o.status <> 'held')
        returning checkout_id, variant_id, quantity),
      level as (update stock_levels s set on_hand = s.on_hand - u.quantity, reserved = s.reserved - u.quantity
        from (select variant_id, sum(quantity) as quantity from used group by variant_id) u
        where s.variant_id = u.variant_id)
    select checkout_id as "checkoutId", variant_id as "variantId", quantity from used`,
  'checkoutId',
);

/** Consumes the reservations of a checkout if all are still held. @returns null if one is not */
async function consumeHeld(tx: Tx, checkoutId: string): Promise<Demand | null> {
  const rows = await tx.query<Reserved>(CONSUME_HELD, [[checkoutId]]);
  return rows.length > 0 ? demandOf(rows) : null;
}

async function consumeLate(tx: Tx, checkoutId: string): Promise<Shortage[]> {
  const rows = await tx.query<{ variantId: string; quantity: number; status: string }>(
    `select variant_id as "variantId", quantity, status from reservations
      where checkout_id = $1 and status <> 'consumed' order by variant_id`,
    [checkoutId],
  );
  const missing = demandOf(rows.filter((row) => row.status === 'released'));
  const shortages = await lockAndReserve(tx, missing);
  if (shortages.length > 0) return shortages;
  appendMovements(tx, { kind: 'reserve', causeId: checkoutId }, missing);
  changeLevels(tx, 'consume', demandOf(rows));
  appendMovements(tx, { kind: 'consume', causeId: checkoutId }, demandOf(rows));
  tx.send(`update reservations set status = 'consumed' where checkout_id = $1 and status <> 'consumed'`, [checkoutId]);
  return [];
}

const CHANGE_LEVELS = forAnyRows(
  `update stock_levels s set on_hand = s.on_hand + d.on_hand, reserved = s.reserved + d.reserved
    from (select id, sum(on_hand) as on_hand, sum(reserved) as reserved
      from jsonb_to_recordset($1::jsonb) as d (id uuid, on_hand int, reserved int) group by id) d
    where s.variant_id = d.id`,
);

function changeLevels(tx: Tx, kind: MovementKind, demand: Demand): void {
  if (demand.size === 0) return;
  const { onHand, reserved } = DELTAS[kind];
  addToLocked(tx, demand, onHand - reserved);
  const changes = [...demand].map(([id, quantity]) => {
    return { id, on_hand: onHand * quantity, reserved: reserved * quantity };
  });
  tx.send(CHANGE_LEVELS, [JSON.stringify(changes)]);
}
