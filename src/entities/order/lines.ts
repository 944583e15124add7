import { refused } from '../../domain/errors.ts';
import type { DeliveryShare, RefundableLine } from '../../domain/orders/refundable.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { Demand } from '../stock/movements.ts';
import { demandOf } from '../stock/stock.ts';

/** A quantity of an order line. */
export interface Units {
  line: number;
  quantity: number;
}

/** An order line with the states of its units. The order's lock protects it. */
export interface OrderLine extends RefundableLine {
  variantId: string;
  shipped: number;
  cancelled: number;
  returned: number;
}

export const loadLines = (tx: Tx, orderId: string): Promise<OrderLine[]> =>
  tx.query<OrderLine>(
    `select line, variant_id as "variantId", quantity, igst, unit_shares as "unitShares", shipped, cancelled, returned,
        refunded from order_lines where order_id = $1 order by line`,
    [orderId],
  );

export const unshippedUnits = ({ quantity, shipped, cancelled }: OrderLine): number => quantity - shipped - cancelled;

/** Units that were shipped or cancelled and not refunded yet. */
export const refundable = ({ shipped, cancelled, refunded }: OrderLine): number => shipped + cancelled - refunded;

/** Pairs the requested units with their lines. @throws UNITS_UNAVAILABLE for more units than `available` returns */
export function pickUnits(
  lines: readonly OrderLine[],
  asked: readonly Units[],
  available: (line: OrderLine) => number,
): { line: OrderLine; quantity: number }[] {
  return asked.map(({ line: number, quantity }) => {
    const line = lines.find((one) => one.line === number);
    const most = line ? available(line) : 0;
    if (!line || quantity > most)
      throw refused('UNITS_UNAVAILABLE', { line: number, requested: quantity, available: most });
    return { line, quantity };
  });
}

export const unitsIn = (units: readonly { quantity: number }[]): number =>
  units.reduce((sum, { quantity }) => sum + quantity, 0);

/** The stock demand of picked units. */
export const goodsOf = (picked: readonly { line: OrderLine; quantity: number }[]): Demand =>
  demandOf(picked.map(({ line, quantity }) => ({ variantId: line.variantId, quantity })));

const COUNTERS = ['shipped', 'cancelled', 'returned', 'refunded'] as const;

/** Raises the unit counters of lines in one statement. A check constraint refuses more units than the line has. */
export async function countUnits(
  tx: Tx,
  orderId: string,
  units: Partial<Record<(typeof COUNTERS)[number], readonly Units[]>>,
): Promise<void> {
  const rows = COUNTERS.flatMap((counter) => (units[counter] ?? []).map((unit) => ({ ...unit, counter })));
  const sums = COUNTERS.map((counter) => `sum(quantity) filter (where counter = '${counter}') as ${counter}`);
  await tx.query(
    `update order_lines l set ${COUNTERS.map((counter) => `${counter} = l.${counter} + coalesce(u.${counter}, 0)`).join(', ')}
      from (select line, ${sums.join(', ')} from jsonb_to_recordset($2) as u (line int, quantity int, counter text)
        group by line) u
      where l.order_id = $1 and l.line = u.line`,
    [orderId, JSON.stringify(rows)],
  );
}

/** Loads the shares of an order's delivery charge, one per tax rate. For older orders it is one share with number 0. */
export const loadDelivery = (tx: Tx, orderId: string): Promise<DeliveryShare[]> =>
  tx.query<DeliveryShare>(
    `select s.place::int as share, s.taxable, s.cgst, s.sgst, s.igst
        from orders o, rows from (jsonb_to_recordset(o.shipping_shares)
          as (taxable bigint, cgst bigint, sgst bigint, igst bigint)) with ordinality as s (taxable, cgst, sgst, igst, place)
        where o.id = $1
      union all select 0, shipping_taxable_value, shipping_cgst, shipping_sgst, shipping_igst from orders
        where id = $1 and shipping > 0 and shipping_shares = '[]' order by share`,
    [orderId],
  );
