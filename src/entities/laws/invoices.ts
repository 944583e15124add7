import { GRACE, type Law } from './law.ts';

/** The sums of some lines of a document; an argument more may follow. */
const amounts = `jsonb_build_object(${['taxable', 'cgst', 'sgst', 'igst']
  .map((field) => `'${field}', sum((part ->> '${field}')::bigint)`)
  .join(', ')}`;

/** What a list of a document adds up to by HSN code, rate and unit. */
const byHsn = (list: 'lines' | 'hsnSummary'): string =>
  `select jsonb_object_agg(key, of_key) as sums from (
    select concat_ws(' ', part ->> 'hsn', part ->> 'ratePercent', part ->> 'unit') as key,
        ${amounts}, 'quantity', sum((part ->> 'quantity')::bigint)) as of_key
      from jsonb_array_elements(d.content -> '${list}') part group by 1) keys`;

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
  {
    name: 'documents.sum-up-their-lines',
    says: 'The summary by HSN code, rate and unit of a document, and its totals, are what its lines add up to.',
    sql: `select d.id as "documentId", d.number, l.sums as lines, s.sums as summary, t.sums as total, d.content -> 'totals' as totals
      from documents d, lateral (${byHsn('lines')}) l, lateral (${byHsn('hsnSummary')}) s,
        lateral (select ${amounts}, 'total', sum((part ->> 'total')::bigint)) as sums
          from jsonb_array_elements(d.content -> 'lines') part) t
      where l.sums is distinct from s.sums or not d.content -> 'totals' @> t.sums`,
  },
  {
    name: 'documents.are-called-by-their-goods',
    says: 'A document is a bill of supply when all of it is exempt, a tax invoice when nothing is, and both when there is both.',
    sql: `select d.id as "documentId", d.number, d.content ->> 'type' as type, l.exempt, l.lines
      from documents d cross join lateral (
        select count(*) as lines, count(*) filter (where (line ->> 'ratePercent')::numeric = 0) as exempt
          from jsonb_array_elements(d.content -> 'lines') line) l
      where d.content ->> 'type' <> case when d.kind = 'credit-note' then 'credit-note' when l.exempt = 0 then 'tax-invoice'
          when l.exempt = l.lines then 'bill-of-supply' else 'invoice-cum-bill-of-supply' end`,
  },
];
