import type { Query } from '../../infra/database/query.ts';

/** Finds the delivered order that allows a customer to review a variant. `isVerified`: not all units were returned. */
export async function deliveredPurchase(
  query: Query,
  { customerId, variantId }: { customerId: string; variantId: string },
): Promise<{ orderId: string; isVerified: boolean } | undefined> {
  const [found] = await query<{ orderId: string; isVerified: boolean }>(
    `select o.id as "orderId", l.returned < l.shipped as "isVerified"
      from orders o join order_lines l on l.order_id = o.id and l.variant_id = $2
      where o.customer_id = $1 and exists (select 1 from shipments s join shipment_lines sl on sl.shipment_id = s.id
        where s.order_id = o.id and sl.line = l.line and s.delivered_at is not null)
      order by l.returned < l.shipped desc, o.id desc limit 1`,
    [customerId, variantId],
  );
  return found;
}
