import { Account, type NewAccount } from '../../src/entities/account/account.ts';
import type { Vault } from '../../src/entities/account/privacy/vault.ts';
import { hashPassword } from '../../src/infra/crypto/password.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { lockSeed } from './shop.ts';

/** A public password: its accounts are marked and can sign in only in development. */
export const DEVELOPMENT_PASSWORD = 'vcecom development';

/** One account for each built-in role. */
export const DEVELOPMENT_STAFF = [
  { email: 'admin@example.com', name: 'Anjali Admin', role: 'admin' },
  { email: 'catalogue@example.com', name: 'Chitra Catalogue', role: 'catalogue-manager' },
  { email: 'orders@example.com', name: 'Omar Orders', role: 'order-manager' },
  { email: 'support@example.com', name: 'Sunita Support', role: 'support' },
  { email: 'analyst@example.com', name: 'Arun Analyst', role: 'analyst' },
] as const;

const CUSTOMER = { email: 'customer@example.com', name: 'Kavita Customer' };

/** Creates missing development accounts. @returns their total number. */
export async function seedPeople(db: Database, vault: Vault): Promise<number> {
  const passwordHash = await hashPassword(DEVELOPMENT_PASSWORD);
  const fixed = { phone: null, passwordHash, isDevelopment: true };
  await unitOfWork(db, 'seed', async (tx) => {
    await lockSeed(tx);
    const roles = await tx.query<{ id: string; name: string }>(`select id, name from roles`);
    const roleIds = new Map(roles.map(({ id, name }) => [name, id]));
    for (const { role, ...person } of DEVELOPMENT_STAFF) {
      const roleId = roleIds.get(role);
      if (roleId) await openMissing(tx, vault, { kind: 'staff', ...person, ...fixed, roleId });
    }
    await openMissing(tx, vault, { kind: 'customer', ...CUSTOMER, ...fixed });
  });
  return DEVELOPMENT_STAFF.length + 1;
}

async function openMissing(tx: Tx, vault: Vault, from: NewAccount): Promise<void> {
  const existing = await tx.query(`select 1 from accounts where kind = $1 and email_index = $2`, [
    from.kind,
    vault.indexOf(from.email),
  ]);
  if (existing.length === 0) Account.open(tx, vault, from);
}
