// Locks: none.
import { Migration } from '@mikro-orm/migrations';

export class Migration032StaleRows extends Migration {
  override up(): void {
    // An update calls it if it found fewer rows with the loaded versions than it had to change.
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
