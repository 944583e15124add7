import { ORDER_CLAIMED, type OrderState } from '../../domain/states.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { traceColumns } from '../../infra/observability/span.ts';
import { decryptCheckout } from '../account/privacy/own-checkouts.ts';
import type { Vault } from '../account/privacy/vault.ts';

/** Orders per transaction. */
const BATCH = 100;

interface Candidate {
  id: string;
  checkoutId: string;
  email: string | null;
  emailIndex: string | null;
}

/**
 * Guest orders after order $3 with the address $2 of account $1. Checkouts without an address index are found by their
 * `redeemer`, as in an erasure.
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
 * Assigns guest orders to the account that has verified their email address: one batch in the order of ids, after the
 * order `after`. It locks the account first, so an erasure or a change of address waits or commits before.
 * @returns the claimed orders, and the order after which the next batch starts, or null
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
  const found = await tx.query<Candidate>(CANDIDATES, [accountId, emailIndex, after ?? FIRST]);
  const claimed = found.filter((one) => hasAddress(vault, one, emailIndex)).map(({ id }) => id);
  await join(tx, { claimed, accountId, cause });
  return { claimed, next: found.length === BATCH ? (found.at(-1)?.id ?? null) : null };
}

/** Compares the address itself for old checkouts without an index: the account may have changed its address since. */
function hasAddress(vault: Vault, { checkoutId: id, email, emailIndex }: Candidate, addressIndex: string): boolean {
  if (emailIndex !== null) return emailIndex === addressIndex;
  const { email: address } = decryptCheckout(vault, { id, email, shippingAddress: null, billingAddress: null });
  return address !== null && vault.indexOf(address) === addressIndex;
}

/** Keeps the version: guests can read it, and a change would reveal that an account has the address they typed. */
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
      event: ORDER_CLAIMED,
      actor: `customer:${accountId}`,
      cause,
      ...traceColumns(),
      at: tx.now,
    });
  }
}
