import type { AppliedDiscount } from '../../domain/pricing/output.ts';
import { forAnyKeys, ranked } from '../../infra/database/groups/merged-statements.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { LOCK_ORDER } from '../checkout/lock-order.ts';
import { takeFirstOrder } from './first-order.ts';
import { COUNTER, type LimitedDiscount } from './limits.ts';

/*
 * A limit is a counter row that the database keeps within it. Locks: the checkout's row first (by the caller), then the
 * counters in the order of their keys, then the first order of whoever redeems, then the levels of stock.
 */

interface Redemption {
  discount: LimitedDiscount;
  amount: number;
}

interface Redeemer {
  checkoutId: string;
  redeemer: string | null;
}

/** What others have taken meanwhile. */
export interface Lost {
  usedUp: string[];
  firstOrder: boolean;
}

/**
 * Takes one use of each limited discount for a checkout, and the customer's first order where one of them needs it: all
 * or nothing.
 * @returns what has been taken by others meanwhile; null when all is held.
 */
export async function holdRedemptions(tx: Tx, by: Redeemer, redemptions: readonly Redemption[]): Promise<Lost | null> {
  const wanted = redemptions.flatMap(({ discount }) => countersOf(discount, by.redeemer));
  const taken = wanted.length > 0 ? await take(tx, wanted) : [];
  if (taken.length < wanted.length) {
    if (taken.length > 0) await giveBack(tx, taken);
    const isTaken = new Set(taken.map(keyOf));
    const spent = wanted.filter((one) => !isTaken.has(keyOf(one)));
    refuseIfContested(tx, spent.map(keyOf));
    return { usedUp: [...new Set(spent.map(({ discountId }) => discountId))], firstOrder: false };
  }
  const isFirst = redemptions.some(({ discount }) => discount.firstOrderOnly);
  if (isFirst && !(await takeFirstOrder(tx, by.checkoutId, by.redeemer))) {
    await giveBack(tx, taken);
    refuseIfContested(tx, [firstOrderKey(by)]);
    return { usedUp: [], firstOrder: true };
  }
  for (const key of [...taken.map(keyOf), ...(isFirst ? [firstOrderKey(by)] : [])]) tx.shared(takenHere).add(key);
  if (redemptions.length > 0) store(tx, by, redemptions);
  return null;
}

/** What checkouts have taken in this transaction. One that is refused later gives it back with the same commit. */
const takenHere = (): Set<string> => new Set();
const firstOrderKey = ({ redeemer }: Redeemer): string => `first order of ${redeemer}`;

/**
 * Whether a use is free is known only at the end of the checkout that took it, which here is that of a common transaction.
 * @throws Error when another checkout of this transaction took it: then each is decided on its own.
 */
function refuseIfContested(tx: Tx, keys: readonly string[]): void {
  if (keys.some((key) => tx.shared(takenHere).has(key)))
    throw new Error('checkouts that share a transaction contend for a discount');
}

/** At once, not with the commit: what is refused later in the same transaction gives them back. */
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

/** The discounts that count, each with its limits and what it takes off. */
export const redemptionsOf = (
  discounts: readonly LimitedDiscount[],
  applied: readonly AppliedDiscount[],
): Redemption[] =>
  applied.flatMap(({ id, amount }) => {
    const discount = discounts.find((one) => one.id === id);
    return discount ? [{ discount, amount }] : [];
  });

/** The uses of a checkout belong to its order now. */
export const consumeRedemptions = (tx: Tx, checkoutId: string): void =>
  tx.send(`update discount_redemptions set status = 'consumed' where checkout_id = $1 and status = 'held'`, [
    checkoutId,
  ]);

/** Gives back what a checkout holds, or what its order had consumed; doing it twice gives nothing back twice. */
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
 * Takes the uses again that a checkout had given back, all or none: for money that came after its end.
 * @returns the ids of the discounts whose uses others have taken; when there are any, nothing was taken.
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

/** One more use of each counter that is below its limit. @returns those. */
const take = (tx: Tx, wanted: readonly (Counter & { most: number })[]): Promise<Counter[]> =>
  tx.query<Counter & Record<string, unknown>>(TAKE, [
    wanted.map((one) => one.discountId),
    wanted.map((one) => one.counter),
    wanted.map((one) => one.most),
  ]);

const giveBack = (tx: Tx, taken: readonly Counter[]): Promise<object[]> =>
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
): Promise<{ discountId: string; used: number; most: number; isReleased: boolean }[]> =>
  tx.query(LOCK_COUNTERS, [[checkoutId]]);
