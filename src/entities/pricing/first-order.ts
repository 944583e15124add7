import type { Tx } from '../../infra/unit-of-work.ts';

/** All that somebody is known as, given the SQL of a redeemer: what a customer did as a guest, before the account, counts as well. */
export const knownAs = (redeemer: string): string => `array[${redeemer}, ${asGuest(redeemer)}]`;

/** The guest that a customer would be; null for guests. */
export const asGuest = (redeemer: string): string =>
  `(select 'email:' || email_index from accounts where ${redeemer} like 'customer:%' and id = substr(${redeemer}, 10)::uuid)`;

/**
 * Takes the first order of whoever redeems for this checkout, whichever discounts it is for. Behind the counters, before
 * the levels of stock; another checkout that is about to take or to give it back is waited for.
 * @returns false when another checkout has it.
 */
export async function takeFirstOrder(tx: Tx, checkoutId: string, redeemer: string | null): Promise<boolean> {
  if (redeemer === null) return true;
  const [taken] = await tx.query<{ isAll: boolean }>(
    `with known as (select distinct who from unnest(${knownAs('$2::text')}) as who where who is not null),
        mine as (insert into first_orders select who, $1::uuid from known order by who on conflict do nothing returning redeemer)
      select (select count(*) from known) = (select count(*) from mine) as "isAll"`,
    [checkoutId, redeemer],
  );
  if (taken?.isAll) return true;
  await tx.query(`delete from first_orders where checkout_id = $1`, [checkoutId]);
  return false;
}
