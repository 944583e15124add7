// Locks: ACCESS EXCLUSIVE on carts and checkouts for an instant; writes wait at most half a second in a row. The indexes are made beside
// purchases; another transaction that lasts longer than 15 seconds ends the migration: run it again.
import { Migration } from '@mikro-orm/migrations';
import { patiently } from '../src/infra/database/patient-ddl.ts';

const INACTIVE = `status in ('open', 'merged')`;

/** The index of migration 020. */
const ENDED = `checkouts (updated_at) where state in ('EXPIRED', 'CANCELLED', 'FAILED') and email is null`;

const INDEXES = {
  carts_of_guests_due: {
    on: `carts (greatest(updated_at, kept_at)) where ${INACTIVE} and customer_id is null`,
    says: 'retention: carts of guests that nobody has changed for long',
  },
  carts_of_customers_due: {
    on: `carts (greatest(updated_at, kept_at)) where ${INACTIVE} and customer_id is not null`,
    says: 'retention: carts of customers that nobody has changed for long',
  },
  checkouts_due: {
    on: `checkouts (greatest(updated_at, kept_at)) where state in ('EXPIRED', 'CANCELLED', 'FAILED') and email is null`,
    says: 'retention: checkouts that ended without an order long ago',
  },
};

/**
 * When retention last found that a row has to stay, so that it does not look at it in each round. The index `carts_abandoned` stays for
 * the release before, which finds its ended checkouts by `checkouts_due` as well.
 */
export class Migration050KeptRows extends Migration {
  /** Each statement is a transaction of its own, and may run again. */
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    for (const table of ['carts', 'checkouts']) {
      this.addSql(patiently(`alter table ${table} add column if not exists kept_at timestamptz`));
      this.addSql(`comment on column ${table}.kept_at is 'when retention last found that the row has to stay'`);
    }
    for (const [name, { on, says }] of Object.entries(INDEXES)) {
      // What an interrupted attempt left is invalid.
      this.addSql(patiently(`drop index if exists ${name}`));
      this.addSql(`create index concurrently ${name} on ${on}`);
      this.addSql(`comment on index ${name} is '${says}'`);
    }
    // PostgreSQL would read all of it instead: it expects that few checkouts have no personal data.
    this.addSql(patiently(`drop index if exists checkouts_ended`));
  }

  override down(): void {
    this.addSql(`create index if not exists checkouts_ended on ${ENDED}`);
    this.addSql(`comment on index checkouts_ended is 'retention: checkouts that ended without an order long ago'`);
    for (const table of ['carts', 'checkouts'])
      this.addSql(patiently(`alter table ${table} drop column if exists kept_at`));
  }
}
