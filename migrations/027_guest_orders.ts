// Locks: ACCESS EXCLUSIVE on orders for the new column, at the end and for an instant.
import { Migration } from '@mikro-orm/migrations';

/** Customers with a verified address under which guests have ordered. */
const CLAIMANTS = `select a.id from accounts a
  where a.kind = 'customer' and a.email_verified_at is not null and exists (
    select 1 from checkouts k join orders o on o.id = k.order_id
      where k.customer_id is null and o.customer_id is null and (k.email_index = a.email_index
        or (k.email_index is null and k.redeemer in ('email:' || a.email_index, 'customer:' || a.id))))`;

const RANDOM = `replace(gen_random_uuid()::text, '-', '')`;

export class Migration027GuestOrders extends Migration {
  override up(): void {
    this.comment(`for the erasure of the account that verified it, for its orders, and for the search of staff`);
    this.addSql(
      `comment on index checkouts_guest_email is 'an account that verified an address, or staff: checkouts of guests with it'`,
    );
    // Delayed: workers of the previous version, which may still run, do not know the job.
    this.addSql(`
      insert into outbox (id, queue, name, payload, trace, due_at, created_at)
        select gen_random_uuid(), 'orders', 'orders.claim', jsonb_build_object('accountId', id),
            jsonb_build_object('requestId', 'migration-027', 'traceparent',
              '00-' || ${RANDOM} || '-' || left(${RANDOM}, 16) || '-01'), now() + interval '10 minutes', now()
          from (${CLAIMANTS}) as claimants`);
    this.addSql(`alter table orders add column links_revoked integer not null default 0`);
    this.addSql(
      `comment on column orders.links_revoked is 'how often the links in mails to its guest were revoked: a part of their signature'`,
    );
  }

  override down(): void {
    this.addSql(`delete from outbox where name = 'orders.claim'`);
    this.addSql(`alter table orders drop column links_revoked`);
    this.comment(`for the erasure of the account that verified it`);
    this.addSql(
      `comment on index checkouts_guest_email is 'the erasure of an account: checkouts of guests with its verified address'`,
    );
  }

  private comment(purpose: string): void {
    this.addSql(
      `comment on column checkouts.email_index is 'blind index of the e-mail address of a guest, ${purpose}'`,
    );
  }
}
