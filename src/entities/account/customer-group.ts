import { defineEntity, p } from '@mikro-orm/core';
import type { Query } from '../../infra/database/query.ts';

const CustomerGroupSchema = defineEntity({
  name: 'CustomerGroup',
  tableName: 'customer_groups',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    version: p.integer().version(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

/** Customers who share prices and discounts. */
export class CustomerGroup extends CustomerGroupSchema.class {}
CustomerGroupSchema.setClass(CustomerGroup);

/** Returns the ids of the groups of a customer. */
export async function groupsOf(query: Query, accountId: string): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `select group_id as id from customer_group_members where account_id = $1 order by group_id`,
    [accountId],
  );
  return rows.map(({ id }) => id);
}
