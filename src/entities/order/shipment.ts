import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import type { Units } from './lines.ts';

export interface NewShipment {
  orderId: string;
  units: readonly Units[];
  carrier: string | null;
  trackingNumber: string | null;
}

/** Appends a shipment under the order's lock. @returns its id */
export async function sendShipment(tx: Tx, { orderId, units, carrier, trackingNumber }: NewShipment): Promise<string> {
  const id = newId();
  const [last] = await tx.query<{ number: number }>(
    `select coalesce(max(number), 0)::int as number from shipments where order_id = $1`,
    [orderId],
  );
  const facts = { carrier, tracking_number: trackingNumber, shipped_at: tx.now };
  tx.append('shipments', { id, order_id: orderId, number: (last?.number ?? 0) + 1, ...facts });
  for (const unit of units) tx.append('shipment_lines', { shipment_id: id, order_id: orderId, ...unit });
  return id;
}

/** Returns the number of units in an undelivered shipment. @throws SHIPMENT_NOT_FOUND, SHIPMENT_DELIVERED */
export async function unitsUnderWay(tx: Tx, { orderId, shipmentId }: { orderId: string; shipmentId: string }) {
  const [shipment] = await tx.query<{ units: number; deliveredAt: Date | null }>(
    `select (select sum(quantity)::int from shipment_lines where shipment_id = s.id) as units, delivered_at as "deliveredAt"
      from shipments s where id = $1 and order_id = $2`,
    [shipmentId, orderId],
  );
  if (!shipment) throw refused('SHIPMENT_NOT_FOUND', { shipmentId });
  if (shipment.deliveredAt) throw refused('SHIPMENT_DELIVERED', { shipmentId, deliveredAt: shipment.deliveredAt });
  return shipment.units;
}

export const deliverShipment = (tx: Tx, shipmentId: string): void =>
  tx.send(`update shipments set delivered_at = $2 where id = $1`, [shipmentId, tx.now]);
