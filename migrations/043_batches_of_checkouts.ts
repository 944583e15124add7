// Locks: SHARE on inventory_movements and refunds while their indexes are made: purchases wait (a second per million movements).
import { Migration } from '@mikro-orm/migrations';

/** Indexes that find the rows of a batch of checkouts. */
export class Migration043BatchesOfCheckouts extends Migration {
  override up(): void {
    this.addSql(`create index inventory_movements_cause on inventory_movements (cause_id)`);
    this.addSql(
      `comment on index inventory_movements_cause is 'bin/verify, reconciliation: movements of checkouts and orders'`,
    );
    this.addSql(`create index refunds_without_order on refunds (payment_id) where order_id is null`);
    this.addSql(
      `comment on index refunds_without_order is 'bin/verify, reconciliation: refunds of payments without an order'`,
    );
  }

  override down(): void {
    this.addSql(`drop index inventory_movements_cause, refunds_without_order`);
  }
}
