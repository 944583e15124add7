import { Role } from '../../entities/access/role.ts';
import { Account } from '../../entities/account/account.ts';
import { ownSession, type Principal } from '../auth/principal.ts';
import type { OpsDeps } from './ops-request.ts';

export interface OwnAccount {
  email: string;
  name: string;
  role: string;
  hasMfa: boolean;
  /** A TOTP secret that has yet to be confirmed, in base32. */
  offered: string | null;
}

/** The account of whoever is signed in, in clear. */
export async function ownAccount({ db, vault }: OpsDeps, principal: Principal): Promise<OwnAccount> {
  const em = db.orm.em.fork();
  const account = await em.findOneOrFail(Account, { id: ownSession(principal).accountId });
  const role = await em.findOneOrFail(Role, { id: account.roleId ?? '' });
  const { email, name } = account.person(vault);
  const { hasMfa } = account;
  return { email, name, role: role.name, hasMfa, offered: hasMfa ? null : account.totp(vault) };
}
