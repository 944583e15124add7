import type { Tx } from '../../infra/database/unit-of-work.ts';

/**
 * Removes the customer counters of discounts from the redemptions of checkouts that the caller has locked. The counters of
 * all customers and of codes still count these uses.
 */
export async function anonymiseRedemptions(tx: Tx, checkoutIds: readonly string[]): Promise<void> {
  const counters = await tx.query<{ id: string; counter: string }>(
    `select u.discount_id as id, u.counter from discount_uses u
      where (u.discount_id, u.counter) in (select discount_id, counter from discount_redemptions, unnest(counters) as counter
        where checkout_id = any($1) and counter like 'customer:%')
      order by u.discount_id, u.counter for update`,
    [checkoutIds],
  );
  await tx.query(`delete from first_orders where checkout_id = any($1)`, [checkoutIds]);
  // Also when no counter row exists, which is deleted with its last use: released redemptions still name the counter.
  await tx.query(
    `with theirs as (select discount_id, counter, count(*) filter (where status <> 'released') as uses
          from discount_redemptions, unnest(counters) as counter
          where checkout_id = any($1) and counter like 'customer:%' group by discount_id, counter),
        unused as (update discount_uses u set used = u.used - t.uses from theirs t
          where u.discount_id = t.discount_id and u.counter = t.counter)
      update discount_redemptions set counters = array(select c from unnest(counters) as c where c not like 'customer:%')
        where checkout_id = any($1)`,
    [checkoutIds],
  );
  await tx.query(
    `delete from discount_uses u using unnest($1::uuid[], $2::text[]) as c (id, counter)
      where u.discount_id = c.id and u.counter = c.counter and u.used = 0`,
    [counters.map(({ id }) => id), counters.map(({ counter }) => counter)],
  );
}
