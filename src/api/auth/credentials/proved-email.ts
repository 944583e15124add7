import type { Account } from '../../../entities/account/account.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { claimGuestOrders } from '../../../jobs/orders.ts';
import type { ApiDeps } from '../../deps.ts';

/**
 * Marks the address of a locked account as verified by the account's owner. A job then moves the guest orders with this
 * address to the customer's account.
 */
export function verifyEmailAndClaimOrders({ queues }: Pick<ApiDeps, 'queues'>, tx: Tx, account: Account): void {
  account.verifyEmailOfOwner(tx.now);
  if (account.kind !== 'customer') return;
  enqueue(tx, queues, { contract: claimGuestOrders, payload: { accountId: account.id } });
}
