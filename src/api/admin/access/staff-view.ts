import { z } from 'zod';
import { openColumn, type Vault } from '../../../entities/account/privacy/vault.ts';
import type { Query } from '../../../infra/database/query.ts';

export const staffSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    phone: z.string().nullable(),
    status: z.enum(['active', 'blocked']),
    role: z.object({ id: z.uuid(), name: z.string() }),
    invited: z.boolean().meta({ description: 'Whether the staff member has not chosen a password yet.' }),
    mfa: z.boolean(),
    createdAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'Staff' });

type Staff = Omit<z.infer<typeof staffSchema>, 'createdAt'> & { createdAt: Date };

/** Reads staff, newest first. Pass `db.search` for a list, `db.query` for one id. */
export async function readStaff(
  query: Query,
  vault: Vault,
  { id, before, limit }: { id?: string; before: string | null; limit: number },
): Promise<Staff[]> {
  const rows = await query<Staff>(
    `select a.id, a.email, a.name, a.phone, a.status, json_build_object('id', r.id, 'name', r.name) as role,
        a.password_hash is null as invited, a.totp_confirmed_at is not null as mfa, a.created_at as "createdAt", a.version
      from accounts a join roles r on r.id = a.role_id
      where a.kind = 'staff' and a.status <> 'erased' and ${id === undefined ? '$1::uuid is null' : 'a.id = $1'} and ($2::uuid is null or a.id < $2)
      order by a.id desc limit $3`,
    [id ?? null, before, limit],
  );
  return rows.map((row) => openPerson(vault, row));
}

/** Decrypts the sealed columns of an account row. */
export const openPerson = <R extends { id: string; email: string; name: string; phone: string | null }>(
  vault: Vault,
  row: R,
): R => ({
  ...row,
  email: openColumn(vault, row.email, `accounts.email:${row.id}`),
  name: openColumn(vault, row.name, `accounts.name:${row.id}`),
  phone: openColumn(vault, row.phone, `accounts.phone:${row.id}`),
});
