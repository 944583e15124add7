import { GRACE, type Law } from './law.ts';

export const INVOICE_LAWS: readonly Law[] = [
  {
    name: 'documents.have-no-gap',
    says: 'The numbers of a series of invoices or credit notes are 1 to the last, each once.',
    sql: `select s.gstin, s.kind, s.year, s.last, count(d.id) as documents, min(d.sequence) as first, max(d.sequence) as highest
      from document_series s left join documents d using (gstin, kind, year)
      group by s.gstin, s.kind, s.year, s.last
      having count(d.id) <> s.last or min(d.sequence) is distinct from 1 or max(d.sequence) is distinct from s.last`,
  },
  {
    name: 'documents.are-issued',
    says: 'Every order has its invoice and every refund of ours that succeeded its credit note, or they are due.',
    sql: `select o.id as "orderId", null as "refundId" from orders o
        where not exists (select 1 from documents where order_id = o.id and kind = 'invoice')
          and not exists (select 1 from documents_due where id = o.id and created_at > now() - ${GRACE})
      union all select r.order_id, r.id from refunds r where r.state = 'succeeded' and r.cause <> 'provider'
          and not exists (select 1 from documents where refund_id = r.id)
          and not exists (select 1 from documents_due where id = r.id and created_at > now() - ${GRACE})`,
  },
  {
    name: 'documents.say-what-was-paid',
    says: 'An invoice says the total of its order, and a credit note what its lines of the refund add up to.',
    sql: `select d.id as "documentId", d.number, d.total, coalesce(l.amount, o.total) as wanted
      from documents d join orders o on o.id = d.order_id
        left join (select refund_id, sum(amount) as amount from refund_lines group by refund_id) l on l.refund_id = d.refund_id
      where d.total <> coalesce(l.amount, o.total) or (d.content -> 'totals' ->> 'total')::bigint <> d.total`,
  },
];
