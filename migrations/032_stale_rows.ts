// Locks: none.
import { Migration } from '@mikro-orm/migrations';

export class Migration032StaleRows extends Migration {
  override up(): void {
    // Called by a statement that found fewer rows of the versions that were loaded than it was to change.
    this.addSql(`
      create function refuse_stale_rows() returns boolean language plpgsql as $$
        begin
          raise exception 'A row no longer has the version that was loaded.' using errcode = 'VC001';
        end $$`);
  }

  override down(): void {
    this.addSql(`drop function refuse_stale_rows`);
  }
}
