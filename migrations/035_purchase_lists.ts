// Locks: SHARE on checkouts, payments, refunds and returns while their indexes are made: writes wait (half a second per million rows).
import { Migration } from '@mikro-orm/migrations';

/** No index has an entry for a purchase that succeeds, so that purchases write no more than before. */
const INDEXES = {
  checkouts_ended_state: {
    on: `checkouts (state, id) where state in ('EXPIRED', 'CANCELLED', 'FAILED')`,
    says: 'staff: checkouts that ended without an order, of a state, newest first',
  },
  checkouts_ended_reason: {
    on: `checkouts (reason, id) where reason is not null`,
    says: 'staff: checkouts that ended without an order, for a reason, newest first',
  },
  payments_canceled: {
    on: `payments (id) where status = 'canceled'`,
    says: 'staff: cancelled payments, newest first',
  },
  refunds_not_succeeded: {
    on: `refunds (state, id) where state <> 'succeeded'`,
    says: 'staff: refunds that are pending or failed, newest first',
  },
  returns_state: { on: `returns (state, id)`, says: 'staff: returns of a state, newest first' },
};

export class Migration035PurchaseLists extends Migration {
  override up(): void {
    for (const [name, { on, says }] of Object.entries(INDEXES)) {
      this.addSql(`create index ${name} on ${on}`);
      this.addSql(`comment on index ${name} is '${says}'`);
    }
  }

  override down(): void {
    this.addSql(`drop index ${Object.keys(INDEXES).join(', ')}`);
  }
}
