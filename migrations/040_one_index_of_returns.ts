// Locks: ACCESS EXCLUSIVE on returns for an instant.
import { Migration } from '@mikro-orm/migrations';

export class Migration040OneIndexOfReturns extends Migration {
  override up(): void {
    // `returns_state` serves its queries as well.
    this.addSql(`drop index if exists returns_open`);
  }

  override down(): void {
    this.addSql(`create index returns_open on returns (id) where state in ('requested', 'approved')`);
    this.addSql(`comment on index returns_open is 'staff: returns that wait for a decision or for the goods'`);
  }
}
