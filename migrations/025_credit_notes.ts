// Locks: ACCESS EXCLUSIVE on refunds and refund_lines while the rows of both are read once.
import { Migration } from '@mikro-orm/migrations';

export class Migration025CreditNotes extends Migration {
  override up(): void {
    // Null: from a version without credit notes for refunds in the provider's dashboard; staff wrote those by hand.
    this.addSql(`
      alter table refunds add column credited bigint check (credited >= 0),
        drop constraint refunds_cause_check,
        add constraint refunds_cause_check check (cause in ('cancellation', 'refund', 'return', 'provider', 'outside'))`);
    // A credit note by value credits no units.
    this.addSql(`
      alter table refund_lines drop constraint refund_lines_quantity_check,
        add constraint refund_lines_quantity_check check (quantity >= 0)`);
  }

  override down(): void {
    this.addSql(`update refund_lines set quantity = 1 where quantity = 0`);
    this.addSql(`
      alter table refund_lines drop constraint refund_lines_quantity_check,
        add constraint refund_lines_quantity_check check (quantity > 0)`);
    this.addSql(`update refunds set cause = 'refund' where cause = 'outside'`);
    this.addSql(`
      alter table refunds drop column credited,
        drop constraint refunds_cause_check,
        add constraint refunds_cause_check check (cause in ('cancellation', 'refund', 'return', 'provider'))`);
  }
}
