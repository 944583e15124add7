import type { Taxed } from '../../../domain/invoices/taxes.ts';
import type { CreditableLine } from '../../../domain/orders/credit-tax.ts';
import type { RefundLine } from '../../../domain/orders/refundable.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';

/** The amounts of an order that credit notes may still credit, in paise. The order's lock protects them. */
export interface Creditable {
  /** Per line: what no pending or succeeded refund has taken. */
  lines: CreditableLine[];
  /** Per line: what no succeeded refund has taken. Pending refunds may still fail. */
  lasting: CreditableLine[];
}

/** A line as invoiced, the part that credit notes have taken, and the part that pending refunds will take. */
interface Row extends CreditableLine {
  noted: Taxed;
  underWay: Taxed;
}

const TAXED = ['taxable', 'cgst', 'sgst', 'igst'] as const;
const sums = (filter: string): string =>
  `json_build_object(${TAXED.map((part) => `'${part}', coalesce(sum(l.${part}) filter (where ${filter}), 0)`).join(', ')})`;

/**
 * SQL: whether the refund `r` has a credit note. If it failed after that, the note stays and the money is still owed.
 */
export const HAS_NOTE = `exists (select 1 from documents d where d.refund_id = r.id)`;

interface CreditNote {
  lines: RefundLine[];
  isIssued: boolean;
  /** The number of the refund's next call to the provider, from 1. */
  round: number;
}

/** Loads the lines of a refund's credit note. */
export async function loadCreditNote(tx: Tx, refundId: string): Promise<CreditNote> {
  const [note] = await tx.query<CreditNote & Record<string, unknown>>(
    `select ${HAS_NOTE} as "isIssued", (select count(*)::int + 1 from payment_operations where refund_id = r.id) as round,
        (select coalesce(json_agg(to_jsonb(l) - 'refund_id' - 'order_id' order by line, share), '[]')
          from refund_lines l where refund_id = r.id) as lines
      from refunds r where id = $1`,
    [refundId],
  );
  return note ?? { lines: [], isIssued: false, round: 1 };
}

/** Loads what is left of an order's invoice lines, under the order's lock. */
export async function loadCreditable(tx: Tx, orderId: string): Promise<Creditable> {
  const rows = await tx.query<Row>(
    `with taken as (select l.line, l.share, ${sums(`r.state = 'succeeded' or ${HAS_NOTE}`)} as noted,
          ${sums(`r.state = 'pending' and not ${HAS_NOTE}`)} as under_way
        from refunds r join refund_lines l on l.refund_id = r.id where r.order_id = $1 group by l.line, l.share),
      invoiced as (select line, 0 as share, rate_percent, taxable_value as taxable, cgst, sgst, igst from order_lines where order_id = $1
        union all select 0, 0, shipping_rate_percent, shipping_taxable_value, shipping_cgst, shipping_sgst, shipping_igst
          from orders where id = $1 and shipping > 0 and shipping_shares = '[]'
        union all select 0, s.place::int, s."ratePercent", s.taxable, s.cgst, s.sgst, s.igst
          from orders o, rows from (jsonb_to_recordset(o.shipping_shares)
            as ("ratePercent" numeric, taxable bigint, cgst bigint, sgst bigint, igst bigint))
            with ordinality as s ("ratePercent", taxable, cgst, sgst, igst, place) where o.id = $1)
      select i.line, i.share, trim_scale(i.rate_percent)::text as "ratePercent", i.taxable, i.cgst, i.sgst, i.igst, t.noted,
        t.under_way as "underWay"
      from invoiced i left join taken t using (line, share) order by i.line, i.share`,
    [orderId],
  );
  const lasting = rows.map((row) => less(row, row.noted));
  const lines = rows.map((row, index) => less(lasting[index] ?? row, row.underWay));
  return { lines, lasting };
}

// Earlier versions could credit more than a line had; then nothing is left.
function less({ line, share, ratePercent, ...left }: CreditableLine, taken: Taxed | null): CreditableLine {
  const part = (name: keyof Taxed): number => Math.max(0, left[name] - (taken?.[name] ?? 0));
  return {
    line,
    share,
    ratePercent,
    taxable: part('taxable'),
    cgst: part('cgst'),
    sgst: part('sgst'),
    igst: part('igst'),
  };
}
