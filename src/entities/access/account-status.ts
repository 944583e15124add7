import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Account } from '../account/account.ts';
import { revokeSessions } from './session.ts';

/** The values before and after a change, for the audit log. */
export interface Changed {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/**
 * Activates or blocks an account. Blocking revokes its sessions.
 * @throws ACCOUNT_STATE_CONFLICT if it has the status already.
 */
export async function setStatus(tx: Tx, account: Account, status: 'active' | 'blocked'): Promise<Changed> {
  const before = { status: account.status };
  if (account.status === status) throw refused('ACCOUNT_STATE_CONFLICT', before);
  account.status = status;
  account.updatedAt = tx.now;
  if (status === 'blocked') await revokeSessions(tx, { accountId: account.id, because: 'blocked' });
  return { before, after: { status } };
}
