import type { OrderState } from '../../domain/states.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { currentTrace } from '../../infra/observability/trace.ts';
import { openCheckout } from '../account/privacy/own-checkouts.ts';
import type { Vault } from '../account/privacy/vault.ts';

/** Orders per transaction. */
const BATCH = 100;

/** The event in the history of an order that joins an account; its machine does not know it, as it changes no state. */
export const CLAIMED = 'CLAIMED';

interface Candidate {
  id: string;
  checkoutId: string;
  email: string | null;
  emailIndex: string | null;
}

/**
 * Orders of guests with the address $2 of account $1, behind order $3. Checkouts from before the index are found by who
 * redeemed then, as the erasure finds them.
 */
const CANDIDATES = `select o.id, k.id as "checkoutId", k.email, k.email_index as "emailIndex"
  from checkouts k join orders o on o.id = k.order_id
  where k.id in (select id from checkouts where customer_id is null and email_index = $2
      union all select id from checkouts where customer_id is null and email_index is null
        and redeemer in ('email:' || $2, 'customer:' || $1::text))
    and o.customer_id is null and o.id > $3
  order by o.id limit ${BATCH} for update of o`;

const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Makes the orders of guests those of the account that has proved their e-mail address: one batch, in the order of their
 * ids, `after` one of them. The account's lock comes first: an erasure, and a change of the address, wait or come before.
 * @returns which orders joined, and behind which the next batch begins; null when there is none
 */
export async function claimOrders(
  tx: Tx,
  vault: Vault,
  { accountId, after, cause }: { accountId: string; after: string | null; cause: string },
): Promise<{ claimed: string[]; next: string | null }> {
  const [account] = await tx.query<{ emailIndex: string }>(
    `select email_index as "emailIndex" from accounts
      where id = $1 and kind = 'customer' and email_verified_at is not null and claims_guest_orders for share`,
    [accountId],
  );
  if (!account) return { claimed: [], next: null };
  const { emailIndex } = account;
  const found = await tx.query<Candidate & Record<string, unknown>>(CANDIDATES, [
    accountId,
    emailIndex,
    after ?? FIRST,
  ]);
  const claimed = found.filter((one) => hasAddress(vault, one, emailIndex)).map(({ id }) => id);
  await join(tx, { claimed, accountId, cause });
  return { claimed, next: found.length === BATCH ? (found.at(-1)?.id ?? null) : null };
}

/** Who redeemed an old checkout may have another address by now: there the address itself decides. */
function hasAddress(vault: Vault, { checkoutId: id, email, emailIndex }: Candidate, wanted: string): boolean {
  if (emailIndex !== null) return emailIndex === wanted;
  const { email: address } = openCheckout(vault, { id, email, shippingAddress: null, billingAddress: null });
  return address !== null && vault.indexOf(address) === wanted;
}

/** The version stays: guests read it, and would learn from it that somebody has an account with the address they typed. */
async function join(tx: Tx, { claimed, accountId, cause }: { claimed: string[]; accountId: string; cause: string }) {
  const joined = await tx.query<{ id: string; state: OrderState; steps: number }>(
    `update orders set customer_id = $2, steps = steps + 1, updated_at = $3
      where id = any($1) returning id, state, steps`,
    [claimed, accountId, tx.now],
  );
  for (const { id, state, steps } of joined) {
    tx.append('order_history', {
      order_id: id,
      seq: steps,
      from_state: state,
      to_state: state,
      event: CLAIMED,
      actor: `customer:${accountId}`,
      cause,
      request_id: currentTrace()?.requestId ?? null,
      at: tx.now,
    });
  }
}
