import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import type { Query } from '../../infra/database/query.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';

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

/**
 * Customers who share prices and discounts. Lock the group before a member is added or removed, so that a group that is
 * being deleted gets no member.
 */
export class CustomerGroup extends CustomerGroupSchema.class {
  /** Appends a new group. The commit fails as a duplicate if the name is taken. */
  static create(tx: Tx, name: string): { id: string; name: string; version: number } {
    const group = { id: newId(), name, version: 1 };
    tx.append('customer_groups', { ...group, created_at: tx.now, updated_at: tx.now });
    return group;
  }

  rename(name: string, now: Date): void {
    this.name = name;
    this.updatedAt = now;
  }

  /** Deletes a group without members. @throws CUSTOMER_GROUP_IN_USE */
  async remove(tx: Tx): Promise<void> {
    const members = await this.countMembers(tx.query);
    if (members > 0) throw refused('CUSTOMER_GROUP_IN_USE', { members });
    await tx.query(`delete from customer_groups where id = $1`, [this.id]);
  }

  async addMember(tx: Tx, accountId: string): Promise<void> {
    await tx.query(
      `insert into customer_group_members (account_id, group_id, added_at) values ($1, $2, now()) on conflict do nothing`,
      [accountId, this.id],
    );
  }

  async removeMember(tx: Tx, accountId: string): Promise<void> {
    await tx.query(`delete from customer_group_members where account_id = $1 and group_id = $2`, [accountId, this.id]);
  }

  async countMembers(query: Query): Promise<number> {
    const [row] = await query<{ members: number }>(
      `select count(*)::int as members from customer_group_members where group_id = $1`,
      [this.id],
    );
    return row?.members ?? 0;
  }
}
CustomerGroupSchema.setClass(CustomerGroup);

/** Loads and locks a group. @throws CUSTOMER_GROUP_NOT_FOUND */
export async function lockCustomerGroup(tx: Tx, id: string): Promise<CustomerGroup> {
  const group = await tx.lock(CustomerGroup, { id });
  if (!group) throw refused('CUSTOMER_GROUP_NOT_FOUND', { groupId: id });
  return group;
}

/** Returns the ids of the groups of a customer. */
export async function groupsOf(query: Query, accountId: string): Promise<string[]> {
  const rows = await query<{ id: string }>(
    `select group_id as id from customer_group_members where account_id = $1 order by group_id`,
    [accountId],
  );
  return rows.map(({ id }) => id);
}
