import type { Account } from '../../../entities/account/account.ts';
import { enqueue } from '../../../entities/outbox/outbox.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { claimGuestOrders } from '../../../jobs/orders.ts';
import type { ApiDeps } from '../../deps.ts';

/** Records that somebody reads the mails to the address of a locked account: perhaps not the one who signs in to it. */
export function verifyEmail(tx: Tx, account: Account): void {
  account.emailVerifiedAt ??= tx.now;
}

/**
 * Records that the one who signs in to a locked account reads the mails to its address. The orders that a customer placed as
 * a guest with this address then join the account.
 */
export function proveEmail({ queues }: Pick<ApiDeps, 'queues'>, tx: Tx, account: Account): void {
  verifyEmail(tx, account);
  if (account.kind !== 'customer') return;
  account.claimsGuestOrders = true;
  enqueue(tx, queues, { contract: claimGuestOrders, payload: { accountId: account.id } });
}
