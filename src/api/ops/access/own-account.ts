import { Role } from '../../../entities/access/role.ts';
import { Account } from '../../../entities/account/account.ts';
import { type Principal, requireSession } from '../../auth/principal.ts';
import type { OpsDeps } from '../ops-request.ts';

export interface OwnAccount {
  email: string;
  name: string;
  role: string;
  hasMfa: boolean;
  /** A TOTP secret that is not yet confirmed, in base32; null: none. */
  unconfirmedSecret: string | null;
}

/** Reads and decrypts the account of the signed-in member of staff. */
export async function ownAccount({ db, vault }: OpsDeps, principal: Principal): Promise<OwnAccount> {
  const em = db.orm.em.fork();
  const account = await em.findOneOrFail(Account, { id: requireSession(principal).accountId });
  const role = await em.findOneOrFail(Role, { id: account.roleId ?? '' });
  const { email, name } = account.person(vault);
  const { hasMfa } = account;
  return { email, name, role: role.name, hasMfa, unconfirmedSecret: hasMfa ? null : account.totp(vault) };
}
