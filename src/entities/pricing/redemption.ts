import type { AppliedDiscount } from '../../domain/pricing/output.ts';
import { forAnyKeys, ranked } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { LOCK_ORDER } from '../checkout/lock-order.ts';
import { takeFirstOrder } from './first-order.ts';
import { COUNTER, type LimitedDiscount } from './limits.ts';

/*
 * Each limit on uses is a counter row with a check constraint. The caller has locked the checkout; `LOCK_ORDER` lists
 * the locks that follow.
 */

interface Redemption {
  discount: LimitedDiscount;
  amount: number;
}

interface Redeemer {
  checkoutId: string;
  redeemer: string | null;
}

/** The discounts and the first order that other checkouts have taken since pricing. */
export interface Lost {
  usedUp: string[];
  firstOrder: boolean;
}

/**
 * Takes one use of each limited discount for a checkout, and the redeemer's first order if a discount requires it: all or
 * nothing. @returns null on success, or what other checkouts have taken.
 */
export async function holdRedemptions(tx: Tx, by: Redeemer, redemptions: readonly Redemption[]): Promise<Lost | null> {
  const counters = redemptions.flatMap(({ discount }) => countersOf(discount, by.redeemer));
  const taken = counters.length > 0 ? await take(tx, counters) : [];
  if (taken.length < counters.length) {
    if (taken.length > 0) await releaseUses(tx, taken);
    const isTaken = new Set(taken.map(keyOf));
    const spent = counters.filter((one) => !isTaken.has(keyOf(one)));
    refuseIfContested(tx, spent.map(keyOf));
    return { usedUp: [...new Set(spent.map(({ discountId }) => discountId))], firstOrder: false };
  }
  const isFirst = redemptions.some(({ discount }) => discount.firstOrderOnly);
  if (isFirst && !(await takeFirstOrder(tx, by.checkoutId, by.redeemer))) {
    await releaseUses(tx, taken);
    refuseIfContested(tx, [firstOrderKey(by)]);
    return { usedUp: [], firstOrder: true };
  }
  for (const key of [...taken.map(keyOf), ...(isFirst ? [firstOrderKey(by)] : [])])
    tx.shared(takenInTransaction).add(key);
  if (redemptions.length > 0) store(tx, by, redemptions);
  return null;
}

/** The uses taken in this transaction. A checkout that is refused later releases its uses in the same commit. */
const takenInTransaction = (): Set<string> => new Set();
const firstOrderKey = ({ redeemer }: Redeemer): string => `first order of ${redeemer}`;

/**
 * Fails if another checkout of the shared transaction took the last use: that checkout may still be refused and release it.
 * @throws Error, after which each checkout runs in its own transaction.
 */
function refuseIfContested(tx: Tx, keys: readonly string[]): void {
  if (keys.some((key) => tx.shared(takenInTransaction).has(key)))
    throw new Error('checkouts that share a transaction contend for a discount');
}

/** Stores immediately and not with the commit: a later refusal in the same transaction releases the redemptions. */
function store(tx: Tx, by: Redeemer, redemptions: readonly Redemption[]): void {
  const rows = redemptions.map(({ discount, amount }) => ({
    checkout_id: by.checkoutId,
    discount_id: discount.id,
    code: discount.code,
    amount,
    counters: countersOf(discount, by.redeemer).map(({ counter }) => counter),
    status: 'held',
    created_at: tx.now,
    is_first_order: discount.firstOrderOnly,
  }));
  tx.send(`insert into discount_redemptions select * from jsonb_populate_recordset(null::discount_redemptions, $1)`, [
    JSON.stringify(rows),
  ]);
}

/** The applied discounts with their limits and amounts. */
export const redemptionsOf = (
  discounts: readonly LimitedDiscount[],
  applied: readonly AppliedDiscount[],
): Redemption[] =>
  applied.flatMap(({ id, amount }) => {
    const discount = discounts.find((one) => one.id === id);
    return discount ? [{ discount, amount }] : [];
  });

/** Marks the held redemptions of a checkout as consumed by its order. */
export const consumeRedemptions = (tx: Tx, checkoutId: string): void =>
  tx.send(`update discount_redemptions set status = 'consumed' where checkout_id = $1 and status = 'held'`, [
    checkoutId,
  ]);

/** Releases the redemptions that a checkout holds or that its order consumed. Idempotent. */
export async function releaseRedemptions(
  tx: Tx,
  checkoutId: string,
  status: 'held' | 'consumed' = 'held',
): Promise<void> {
  await Promise.all([
    lockCounters(tx, checkoutId),
    tx.query(
      `with freed as (update discount_redemptions set status = 'released' where checkout_id = $1 and status = $2
          returning discount_id, counters, is_first_order),
        unclaimed as (delete from first_orders
          where checkout_id = $1 and exists (select 1 from freed where is_first_order))
        update discount_uses u set used = u.used - 1 from freed f
          where u.discount_id = f.discount_id and u.counter = any(f.counters)`,
      [checkoutId, status],
    ),
  ]);
}

/**
 * Takes the released uses of a checkout again, all or none, for a late payment.
 * @returns the ids of discounts whose last uses others have taken; if there are any, nothing was taken.
 */
export async function reholdRedemptions(tx: Tx, checkoutId: string): Promise<string[]> {
  const counters = await lockCounters(tx, checkoutId);
  const spent = counters.filter(({ isReleased, used, most }) => isReleased && used >= most);
  if (spent.length > 0) return [...new Set(spent.map(({ discountId }) => discountId))];
  const first = await firstOrderOf(tx, checkoutId);
  if (first && !(await takeFirstOrder(tx, checkoutId, first.redeemer))) return [first.discountId];
  await tx.query(
    `with held as (update discount_redemptions set status = 'held' where checkout_id = $1 and status = 'released'
        returning discount_id, counters)
      update discount_uses u set used = u.used + 1 from held h
        where u.discount_id = h.discount_id and u.counter = any(h.counters)`,
    [checkoutId],
  );
  return [];
}

async function firstOrderOf(tx: Tx, checkoutId: string) {
  const [first] = await tx.query<{ discountId: string; redeemer: string | null }>(
    `select r.discount_id as "discountId", c.redeemer from discount_redemptions r join checkouts c on c.id = r.checkout_id
      where r.checkout_id = $1 and r.status = 'released' and r.is_first_order`,
    [checkoutId],
  );
  return first;
}

interface Counter {
  discountId: string;
  counter: string;
}

const keyOf = ({ discountId, counter }: Counter): string => `${discountId} ${counter}`;

function countersOf(discount: LimitedDiscount, redeemer: string | null): (Counter & { most: number })[] {
  const { id: discountId, code, maxUses, maxUsesPerCustomer, codeMaxUses } = discount;
  const limits: [string | null, number | null][] = [
    [COUNTER.everybody, maxUses],
    [redeemer && COUNTER.redeemer(redeemer), maxUsesPerCustomer],
    [code && COUNTER.code(code), codeMaxUses],
  ];
  return limits.flatMap(([counter, most]) =>
    counter === null || most === null ? [] : [{ discountId, counter, most }],
  );
}

const TAKE = ranked(
  `insert into discount_uses as u (discount_id, counter, used, most)
    select id, counter, 1, most from unnest($1::uuid[], $2::text[], $3::int[]) as w (id, counter, most) order by id, counter
    on conflict (discount_id, counter) do update set used = u.used + 1, most = excluded.most where u.used < excluded.most
    returning discount_id as "discountId", counter`,
  LOCK_ORDER.counters,
);

/** Raises each counter that is below its limit. @returns the raised counters. */
const take = (tx: Tx, counters: readonly (Counter & { most: number })[]): Promise<Counter[]> =>
  tx.query<Counter>(TAKE, [
    counters.map((one) => one.discountId),
    counters.map((one) => one.counter),
    counters.map((one) => one.most),
  ]);

const releaseUses = (tx: Tx, taken: readonly Counter[]): Promise<object[]> =>
  tx.query(
    `update discount_uses u set used = u.used - 1 from unnest($1::uuid[], $2::text[]) as t (id, counter)
      where u.discount_id = t.id and u.counter = t.counter`,
    [taken.map((one) => one.discountId), taken.map((one) => one.counter)],
  );

const LOCK_COUNTERS = ranked(
  forAnyKeys(
    `select r.checkout_id as "checkoutId", u.discount_id as "discountId", u.used, u.most, r.status = 'released' as "isReleased"
      from discount_redemptions r join discount_uses u on u.discount_id = r.discount_id and u.counter = any(r.counters)
      where r.checkout_id = any($1) order by u.discount_id, u.counter for update of u`,
    'checkoutId',
  ),
  LOCK_ORDER.counters,
);

const lockCounters = (
  tx: Tx,
  checkoutId: string,
): Promise<{ checkoutId: string; discountId: string; used: number; most: number; isReleased: boolean }[]> =>
  tx.query(LOCK_COUNTERS, [[checkoutId]]);
