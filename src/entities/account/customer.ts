import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { Account } from './account.ts';

/** Loads and locks a customer's account. @throws CUSTOMER_NOT_FOUND */
export async function lockCustomer(tx: Tx, id: string): Promise<Account> {
  const account = await tx.lock(Account, { id, kind: 'customer' });
  if (!account || account.status === 'erased') throw refused('CUSTOMER_NOT_FOUND', { customerId: id });
  return account;
}
