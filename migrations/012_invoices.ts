// Locks: creates only; SHARE ROW EXCLUSIVE on orders and refunds for the foreign keys, for an instant.
import { Migration } from '@mikro-orm/migrations';

export class Migration012Invoices extends Migration {
  override up(): void {
    // Documents to issue. A row is inserted with the order or refund and deleted with the document, so none gets lost.
    this.addSql(`
      create table documents_due (
        id uuid primary key,
        kind text not null check (kind in ('invoice', 'credit-note')),
        order_id uuid not null references orders,
        created_at timestamptz not null
      )`);
    // One row per series: the transaction that locks it takes the next numbers; a rollback returns them.
    this.addSql(`
      create table document_series (
        gstin text not null,
        kind text not null check (kind in ('invoice', 'credit-note')),
        year text not null,
        last integer not null check (last > 0),
        primary key (gstin, kind, year)
      ) with (fillfactor = 50)`);
    this.addSql(`
      create table documents (
        id uuid primary key,
        kind text not null check (kind in ('invoice', 'credit-note')),
        order_id uuid not null references orders,
        refund_id uuid unique references refunds,
        gstin text not null,
        year text not null,
        sequence integer not null check (sequence > 0),
        number text not null check (number ~ '^[A-Z0-9/-]{1,16}$'),
        issued_on date not null,
        total bigint not null check (total >= 0),
        content jsonb not null,
        created_at timestamptz not null,
        unique (gstin, number),
        unique (gstin, kind, year, sequence),
        foreign key (gstin, kind, year) references document_series,
        constraint a_credit_note_is_of_a_refund check ((kind = 'credit-note') = (refund_id is not null))
      )`);
    this.addSql(`create unique index documents_invoice on documents (order_id) where kind = 'invoice'`);
    this.addSql(`comment on index documents_invoice is 'the one invoice of an order'`);
    this.addSql(`create index documents_order on documents (order_id, id)`);
    this.addSql(`comment on index documents_order is 'invoice and credit notes of an order'`);
    this.addSql(`
      create table document_files (
        id uuid primary key references documents,
        pdf text not null,
        sha256 text not null,
        created_at timestamptz not null
      )`);
    this.addSql(`insert into documents_due select id, 'invoice', id, placed_at from orders`);
  }

  override down(): void {
    this.addSql(`drop table document_files, documents, document_series, documents_due`);
  }
}
