import { GRACE, type Invariant } from '../reconciliation/invariant.ts';

/** SQL for the sums of lines of a document, without the closing parenthesis: more arguments may follow. */
const amounts = `jsonb_build_object(${['taxable', 'cgst', 'sgst', 'igst']
  .map((field) => `'${field}', sum((part ->> '${field}')::bigint)`)
  .join(', ')}`;

/** SQL for the sums of a list of a document by HSN code, rate and unit. */
const byHsn = (list: 'lines' | 'hsnSummary'): string =>
  `select jsonb_object_agg(key, of_key) as sums from (
    select concat_ws(' ', part ->> 'hsn', part ->> 'ratePercent', part ->> 'unit') as key,
        ${amounts}, 'quantity', sum((part ->> 'quantity')::bigint)) as of_key
      from jsonb_array_elements(d.content -> '${list}') part group by 1) keys`;

/**
 * SQL for refunds with their credit notes. `IS_CREDITED` selects the succeeded ones, and those that failed after their
 * note.
 */
const CREDITED = `refunds r left join documents d on d.refund_id = r.id
    left join (select refund_id, sum(amount) as amount from refund_lines group by refund_id) l on l.refund_id = r.id`;
const IS_CREDITED = `(r.state = 'succeeded' or d.id is not null)`;

const INVOICED = `select order_id, line, taxable_value as taxable, cgst, sgst, igst from order_lines
    union all select id, 0, shipping_taxable_value, shipping_cgst, shipping_sgst, shipping_igst from orders where shipping > 0`;

const NOTE = `select 1 from documents n where n.order_id = d.order_id and n.kind = 'credit-note'`;

/** SQL for the amounts of some documents by order, HSN code and rate. */
const summaryOf = (which: string): string =>
  `select d.order_id, s.hsn, s."ratePercent", sum(s.taxable) as taxable, sum(s.cgst) as cgst, sum(s.sgst) as sgst, sum(s.igst) as igst
    from documents d, jsonb_to_recordset(d.content -> 'hsnSummary')
      as s (hsn text, "ratePercent" text, taxable bigint, cgst bigint, sgst bigint, igst bigint)
    where d.${which} group by d.order_id, s.hsn, s."ratePercent"`;

/** SQL: whether the value or a tax of `one` exceeds that of `other`; a missing `other` counts as 0. */
const exceeds = (one: string, other: string): string =>
  ['taxable', 'cgst', 'sgst', 'igst'].map((part) => `${one}.${part} > coalesce(${other}.${part}, 0)`).join(' or ');

export const INVOICE_INVARIANTS: readonly Invariant[] = [
  {
    name: 'documents.have-no-gap',
    says: 'A series of invoices or credit notes has each number from 1 to the last exactly once.',
    sql: `select s.gstin, s.kind, s.year, s.last, count(d.id) as documents, min(d.sequence) as first, max(d.sequence) as highest
      from document_series s left join documents d using (gstin, kind, year)
      group by s.gstin, s.kind, s.year, s.last
      having count(d.id) <> s.last or min(d.sequence) is distinct from 1 or max(d.sequence) is distinct from s.last`,
  },
  {
    name: 'documents.are-issued',
    says: 'Every order has its invoice, and every succeeded refund with lines has its credit note, or the document has been due for less than 10 minutes.',
    sql: `select o.id as "orderId", null as "refundId" from orders o
        where not exists (select 1 from documents where order_id = o.id and kind = 'invoice')
          and not exists (select 1 from documents_due where id = o.id and created_at > now() - ${GRACE})
      union all select r.order_id, r.id from refunds r where r.state = 'succeeded'
          and exists (select 1 from refund_lines where refund_id = r.id)
          and not exists (select 1 from documents where refund_id = r.id)
          and not exists (select 1 from documents_due where id = r.id and created_at > now() - ${GRACE})`,
  },
  {
    name: 'documents.say-what-was-paid',
    says: 'The total of an invoice equals the total of its order, and the total of a credit note equals the sum of its refund lines.',
    sql: `select d.id as "documentId", d.number, d.total, coalesce(l.amount, o.total) as wanted
      from documents d join orders o on o.id = d.order_id
        left join (select refund_id, sum(amount) as amount from refund_lines group by refund_id) l on l.refund_id = d.refund_id
      where d.total <> coalesce(l.amount, o.total) or (d.content -> 'totals' ->> 'total')::bigint <> d.total`,
  },
  {
    name: 'documents.sum-up-their-lines',
    says: 'The totals of a document, and its summary by HSN code, rate and unit, equal the sums of its lines.',
    sql: `select d.id as "documentId", d.number, l.sums as lines, s.sums as summary, t.sums as total, d.content -> 'totals' as totals
      from documents d, lateral (${byHsn('lines')}) l, lateral (${byHsn('hsnSummary')}) s,
        lateral (select ${amounts}, 'total', sum((part ->> 'total')::bigint)) as sums
          from jsonb_array_elements(d.content -> 'lines') part) t
      where l.sums is distinct from s.sums or not d.content -> 'totals' @> t.sums`,
  },
  {
    name: 'documents.are-called-by-their-goods',
    says: 'A document is a bill of supply if all its lines are exempt, a tax invoice if none is, and an invoice-cum-bill of supply otherwise.',
    sql: `select d.id as "documentId", d.number, d.content ->> 'type' as type, l.exempt, l.lines
      from documents d cross join lateral (
        select count(*) as lines, count(*) filter (where (line ->> 'ratePercent')::numeric = 0) as exempt
          from jsonb_array_elements(d.content -> 'lines') line) l
      where d.content ->> 'type' <> case when d.kind = 'credit-note' then 'credit-note' when l.exempt = 0 then 'tax-invoice'
          when l.exempt = l.lines then 'bill-of-supply' else 'invoice-cum-bill-of-supply' end`,
  },
  {
    name: 'documents.credit-what-was-refunded',
    says: 'The credit notes of an order do not exceed the amounts that were refunded, are still owed or were never collected, and they cover every refund.',
    sql: `select o.id as "orderId", s.noted, s.refunded, s.owed, s.covered, o.total, p.captured
      from (select r.order_id, coalesce(sum(d.total), 0) as noted,
          coalesce(sum(r.amount) filter (where r.state = 'succeeded'), 0) as refunded,
          coalesce(sum(r.amount) filter (where r.state <> 'succeeded' and d.id is not null), 0) as owed,
          coalesce(sum(case when r.cause = 'provider' and r.credited is null then r.amount else l.amount end)
            filter (where ${IS_CREDITED}), 0) as covered
        from ${CREDITED} group by r.order_id) s
      join orders o on o.id = s.order_id left join payments p on p.checkout_id = o.checkout_id
      where s.noted > s.refunded + s.owed + greatest(o.total - coalesce(p.captured, 0), 0)
        or s.covered < least(s.refunded, o.total)`,
  },
  {
    name: 'documents.credit-no-more-than-a-line',
    says: 'The credited amounts of an order line do not exceed its invoiced value and taxes.',
    sql: `select c.order_id as "orderId", c.line, c.taxable, c.cgst, c.sgst, c.igst, i.taxable as "invoicedTaxable",
        i.cgst as "invoicedCgst", i.sgst as "invoicedSgst", i.igst as "invoicedIgst"
      from (select t.order_id, t.line, sum(t.taxable) as taxable, sum(t.cgst) as cgst, sum(t.sgst) as sgst, sum(t.igst) as igst
          from ${CREDITED} join refund_lines t on t.refund_id = r.id where ${IS_CREDITED} group by t.order_id, t.line) c
        left join (${INVOICED}) i on i.order_id = c.order_id and i.line = c.line
      where ${exceeds('c', 'i')}`,
  },
  {
    name: 'documents.credit-no-more-than-the-invoice',
    says: 'For each HSN code and rate, the credit notes of an order do not exceed the value and taxes of its invoice.',
    sql: `select c.order_id as "orderId", c.hsn, c."ratePercent", c.taxable, c.cgst, c.sgst, c.igst, i.taxable as "invoicedTaxable",
        i.cgst as "invoicedCgst", i.sgst as "invoicedSgst", i.igst as "invoicedIgst"
      from (${summaryOf(`kind = 'credit-note'`)}) c left join (${summaryOf(`kind = 'invoice' and exists (${NOTE})`)}) i
        on i.order_id = c.order_id and i.hsn = c.hsn and i."ratePercent" = c."ratePercent"
      where ${exceeds('c', 'i')}`,
  },
];
