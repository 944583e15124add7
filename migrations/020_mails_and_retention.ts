// Locks: SHARE on checkouts, refunds, product_imports, discrepancies and reconciliation_runs while their indexes are made: writes
// wait (half a second per million rows).
import { Migration } from '@mikro-orm/migrations';

const ENDED = `state in ('EXPIRED', 'CANCELLED', 'FAILED')`;

const INDEXES = {
  checkouts_personal: {
    on: `checkouts (updated_at) where ${ENDED} and email is not null`,
    says: 'retention: checkouts that ended without an order and still know somebody',
  },
  checkouts_ended: {
    on: `checkouts (updated_at) where ${ENDED} and email is null`,
    says: 'retention: checkouts that ended without an order long ago',
  },
  refunds_payment: { on: `refunds (payment_id)`, says: 'refunds of a payment; removing payments that took nothing' },
  product_imports_over: {
    on: `product_imports (finished_at) where finished_at is not null`,
    says: 'retention: imports that ended long ago',
  },
  product_imports_receiving: {
    on: `product_imports (created_at) where status = 'receiving'`,
    says: 'retention: files that never came in as a whole',
  },
  reconciliation_runs_over: {
    on: `reconciliation_runs (finished_at) where finished_at is not null`,
    says: 'retention: runs that ended long ago',
  },
  discrepancies_decided: {
    on: `discrepancies (decided_at) where decided_at is not null`,
    says: 'retention: discrepancies that were decided long ago',
  },
  discrepancies_last_run: { on: `discrepancies (last_run_id)`, says: 'what the last run saw; removing runs' },
};

export class Migration020MailsAndRetention extends Migration {
  override up(): void {
    // The row stores command ids instead of a count, so that a retried email counts once.
    this.addSql(`
      create table mail_counts (
        day date not null,
        address_index text not null,
        topic text not null check (topic in ('account', 'purchase')),
        command_ids uuid[] not null,
        primary key (day, address_index, topic)
      )`);
    for (const [name, { on, says }] of Object.entries(INDEXES)) {
      this.addSql(`create index ${name} on ${on}`);
      this.addSql(`comment on index ${name} is '${says}'`);
    }
  }

  override down(): void {
    this.addSql(`drop index ${Object.keys(INDEXES).join(', ')}`);
    this.addSql(`drop table mail_counts`);
  }
}
