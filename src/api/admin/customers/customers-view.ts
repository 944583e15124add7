import { z } from 'zod';
import type { Vault } from '../../../entities/account/privacy/vault.ts';
import type { Query } from '../../../infra/database/query.ts';
import { inTextOrder } from '../../fields/text-order.ts';
import { openPerson } from '../access/staff-view.ts';

const groupRefSchema = z.object({ id: z.uuid(), name: z.string() });

export const adminCustomerSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    phone: z.string().nullable(),
    status: z.enum(['active', 'blocked']),
    emailVerified: z.boolean(),
    groups: z.array(groupRefSchema),
    createdAt: z.iso.datetime(),
    version: z.int(),
  })
  .meta({ id: 'AdminCustomer' });

type AdminCustomer = Omit<z.infer<typeof adminCustomerSchema>, 'createdAt'> & { createdAt: Date };

export interface CustomerFilter {
  id?: string | undefined;
  /** The blind index of an e-mail address. */
  emailIndex?: string | undefined;
  groupId?: string | undefined;
  status?: string | undefined;
  before: string | null;
  limit: number;
}

/** Reads customers, newest first. Pass `db.search` for a list, `db.query` for one id. */
export async function readCustomers(query: Query, vault: Vault, filter: CustomerFilter): Promise<AdminCustomer[]> {
  const { id = null, emailIndex = null, groupId = null, status = null, before, limit } = filter;
  const rows = await query<AdminCustomer>(
    `select a.id, a.email, a.name, a.phone, a.status, a.email_verified_at is not null as "emailVerified",
        coalesce((select json_agg(json_build_object('id', g.id, 'name', g.name) order by ${inTextOrder('g.name')})
          from customer_group_members m join customer_groups g on g.id = m.group_id where m.account_id = a.id), '[]') as groups,
        a.created_at as "createdAt", a.version
      from accounts a
      where a.kind = 'customer' and a.status <> 'erased' and ${id === null ? '$1::uuid is null' : 'a.id = $1'}
        and ($2::text is null or a.email_index = $2) and ($4::text is null or a.status = $4)
        and ($3::uuid is null or exists (select 1 from customer_group_members m where m.account_id = a.id and m.group_id = $3))
        and ($5::uuid is null or a.id < $5)
      order by a.id desc limit $6`,
    [id, emailIndex, groupId, status, before, limit],
  );
  return rows.map((row) => openPerson(vault, row));
}
