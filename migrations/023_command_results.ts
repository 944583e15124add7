// Locks: ACCESS EXCLUSIVE on order_commands for an instant.
import { Migration } from '@mikro-orm/migrations';

export class Migration023CommandResults extends Migration {
  override up(): void {
    this.addSql(`alter table order_commands add column result jsonb`);
  }

  override down(): void {
    this.addSql(`alter table order_commands drop column result`);
  }
}
