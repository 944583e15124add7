import type { DocumentLine } from '../../domain/invoices/document.ts';
import type { DocumentKind } from '../../domain/invoices/numbering.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { currentTrace, type Trace } from '../../infra/observability/trace.ts';

/** Marks the invoice of a new order as due. */
export const markInvoiceDue = (tx: Tx, orderId: string): void =>
  tx.append('documents_due', {
    id: orderId,
    kind: 'invoice',
    order_id: orderId,
    trace: currentTrace() ?? null,
    created_at: tx.now,
  });

/**
 * Marks the credit note of a refund as due, at most once: a refund can succeed, fail and succeed again. A refund without
 * lines gets no credit note: the note of another refund covers its amount.
 */
export const markCreditNoteDue = (tx: Tx, { refundId, orderId }: { refundId: string; orderId: string }): void =>
  tx.send(
    `insert into documents_due (id, kind, order_id, created_at, trace)
      select $1::uuid, 'credit-note', $2::uuid, $3::timestamptz, $4::jsonb
      where exists (select 1 from refund_lines where refund_id = $1::uuid)
        and not exists (select 1 from documents where refund_id = $1::uuid) on conflict (id) do nothing`,
    [refundId, orderId, tx.now, currentTrace() ?? null],
  );

/** Cancels a due credit note after its refund failed. An issued credit note stays. */
export const cancelDueCreditNote = (tx: Tx, refundId: string): void =>
  tx.send(`delete from documents_due where id = $1 and kind = 'credit-note'`, [refundId]);

/** Marks the invoice of an order, or the credit note of a refund, as due again if the mark was lost. */
export const markDocumentDueAgain = (tx: Tx, { orderId, refundId }: { orderId: string; refundId: string | null }) =>
  tx.query(
    `insert into documents_due (id, kind, order_id, created_at)
      select coalesce($2::uuid, $1::uuid), case when $2::uuid is null then 'invoice' else 'credit-note' end, $1::uuid, now()
      on conflict (id) do update set created_at = now()`,
    [orderId, refundId],
  );

/** The data of a document, as recorded at purchase or when the refund was requested. */
export interface DueDocument {
  id: string;
  orderId: string;
  orderNumber: number;
  currency: string;
  placeOfSupply: string;
  pricesIncludeTax: boolean;
  invoice: { number: string; issuedOn: string } | null;
  lines: DocumentLine[];
  /** The trace of the purchase or the refund; null if the mark was lost and renewed. */
  trace: Trace | null;
}

const DELIVERY = `'Delivery: ' || coalesce(o.shipping_method, 'standard')`;

/** The shares of the delivery charge, one per tax rate. Older orders have none. */
const SHARE = `jsonb_array_elements(o.shipping_shares) with ordinality as s (share, place)`;
const inShare = (field: string): string => `(s.share ->> '${field}')::bigint`;

/** The lines of an order, including free ones, and one delivery line per tax rate if delivery was charged. */
const INVOICE_LINES = `select json_agg(to_jsonb(l) - 'place' order by l.place) from (
    select line::bigint as place, l.title as description, l.sku, l.hsn, quantity, trim_scale(rate_percent)::text as "ratePercent",
        taxable_value as taxable, cgst, sgst, igst, unit_price as "unitPrice", line_total as "lineTotal", p.uqc as unit
      from order_lines l join variants v on v.id = l.variant_id join products p on p.id = v.product_id where order_id = o.id
    union all select 2147483648, ${DELIVERY}, '', coalesce(o.shipping_hsn, ''), 1, trim_scale(o.shipping_rate_percent)::text,
        o.shipping_taxable_value, o.shipping_cgst, o.shipping_sgst, o.shipping_igst, null, null, null
      where o.shipping > 0 and o.shipping_shares = '[]'
    union all select 2147483648 + s.place, ${DELIVERY}, '', coalesce(o.shipping_hsn, ''), 1, s.share ->> 'ratePercent',
        ${['taxable', 'cgst', 'sgst', 'igst'].map(inShare).join(', ')}, null, null, null from ${SHARE}) l`;

/** The lines of a refund. A line without units only reduces the value. */
const CREDIT_NOTE_LINES = `select json_agg(to_jsonb(l) - 'place' - 'share' order by l.place, l.share) from (
    select r.line as place, r.share, case when r.quantity = 0 then 'Reduction in value: ' else '' end || coalesce(b.title, ${DELIVERY}) as description, coalesce(b.sku, '') as sku,
        coalesce(b.hsn, o.shipping_hsn, '') as hsn, nullif(r.quantity, 0) as quantity,
        coalesce(s.share ->> 'ratePercent', trim_scale(coalesce(b.rate_percent, o.shipping_rate_percent))::text) as "ratePercent",
        r.taxable, r.cgst, r.sgst, r.igst,
        (select content -> 'lines' -> (nullif(r.line, 0) - 1) ->> 'unit' from documents where order_id = d.order_id and kind = 'invoice') as unit
      from refund_lines r left join order_lines b on b.order_id = r.order_id and b.line = r.line
        left join lateral (select * from ${SHARE}) s on r.line = 0 and s.place = r.share
      where r.refund_id = d.id and r.order_id = o.id) l`;

/** Finds documents that were issued before they were marked as due again: one such row would fail its whole batch. */
const ISSUED: Record<DocumentKind, string> = {
  invoice: `select 1 from documents where order_id = d.order_id and kind = 'invoice'`,
  'credit-note': `select 1 from documents where refund_id = d.id`,
};

/**
 * Takes due documents, oldest first; concurrent workers skip them. A credit note waits for the invoice that it corrects.
 * A rollback makes the documents due again. Documents that are issued already only leave the list.
 */
export const takeDueDocuments = (
  tx: Tx,
  { kind, limit, id = null }: { kind: DocumentKind; limit: number; id?: string | null },
): Promise<DueDocument[]> =>
  tx.query<DueDocument>(
    `with due as (delete from documents_due where id in (select id from documents_due d
          where kind = $1 and (kind = 'invoice' or exists (select 1 from documents i where i.order_id = d.order_id and i.kind = 'invoice'))
          and ($3::uuid is null or id = $3) order by id limit $2 for update skip locked) returning id, order_id, trace)
      select d.id, d.trace, d.order_id as "orderId", n.number as "orderNumber", o.currency, c.place_of_supply as "placeOfSupply",
        o.prices_include_tax as "pricesIncludeTax",
        (select json_build_object('number', number, 'issuedOn', issued_on) from documents
          where order_id = d.order_id and kind = 'invoice') as invoice,
        (${kind === 'invoice' ? INVOICE_LINES : CREDIT_NOTE_LINES}) as lines
      from due d join orders o on o.id = d.order_id join order_numbers n on n.order_id = o.id
        join checkouts c on c.id = o.checkout_id where not exists (${ISSUED[kind]}) order by d.id`,
    [kind, limit, id],
  );
