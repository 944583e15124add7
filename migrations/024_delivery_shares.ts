// Locks: ACCESS EXCLUSIVE on orders for an instant, and on refund_lines while its key is built anew and its rows are checked.
import { Migration } from '@mikro-orm/migrations';

/** Delivery charges with several tax rates, and refunds per share of the charge. */
export class Migration024DeliveryShares extends Migration {
  override up(): void {
    // Empty: the whole delivery is taxed at `shipping_rate_percent`, as in pricing engines before 4.
    // The check applies to new rows only; validating all rows under this lock would stop the shop.
    this.addSql(`
      alter table orders add column shipping_shares jsonb not null default '[]',
        add constraint orders_shipping_shares_check check (jsonb_typeof(shipping_shares) = 'array') not valid`);
    // 0: no share of the delivery. For units that cost a few paise the value can be as low as -2.
    this.addSql(`
      alter table refund_lines
        add column share integer not null default 0 check (share >= 0),
        drop constraint refund_lines_pkey,
        add primary key (refund_id, line, share),
        drop constraint refund_lines_taxable_check,
        add constraint refund_lines_taxable_check check (taxable >= -2)`);
  }

  override down(): void {
    this.addSql(`
      insert into refund_lines (refund_id, order_id, line, share, quantity, amount, taxable, cgst, sgst, igst)
        select refund_id, order_id, 0, 0, 1, sum(amount), sum(taxable), sum(cgst), sum(sgst), sum(igst) from refund_lines
          where share > 0 group by refund_id, order_id`);
    this.addSql(`delete from refund_lines where share > 0`);
    this.addSql(`
      alter table refund_lines
        drop constraint refund_lines_pkey,
        drop column share,
        add primary key (refund_id, line),
        drop constraint refund_lines_taxable_check,
        add constraint refund_lines_taxable_check check (taxable >= 0) not valid`);
    this.addSql(`alter table orders drop column shipping_shares`);
  }
}
