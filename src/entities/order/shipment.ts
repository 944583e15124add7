import { defineEntity, p } from '@mikro-orm/core';
import { refused } from '../../domain/errors.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { newId } from '../../infra/ids.ts';
import { type Units, unitsIn } from './lines.ts';

const ShipmentSchema = defineEntity({
  name: 'Shipment',
  tableName: 'shipments',
  properties: { id: p.uuid().primary(), orderId: p.uuid(), deliveredAt: p.datetime().nullable() },
});

export interface NewShipment {
  orderId: string;
  units: readonly Units[];
  carrier: string | null;
  trackingNumber: string | null;
}

/** A shipment of some units. The order's lock protects it. */
export class Shipment extends ShipmentSchema.class {
  /** Appends a shipment with the order's next shipment number. @returns its id */
  static async send(tx: Tx, { orderId, units, carrier, trackingNumber }: NewShipment): Promise<string> {
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

  /** Loads an undelivered shipment. @throws SHIPMENT_NOT_FOUND, SHIPMENT_DELIVERED */
  static async load(tx: Tx, { orderId, shipmentId }: { orderId: string; shipmentId: string }): Promise<Shipment> {
    const [shipment] = await tx.find(Shipment, { id: shipmentId, orderId });
    if (!shipment) throw refused('SHIPMENT_NOT_FOUND', { shipmentId });
    const { deliveredAt } = shipment;
    if (deliveredAt) throw refused('SHIPMENT_DELIVERED', { shipmentId, deliveredAt });
    return shipment;
  }

  async countUnits(tx: Tx): Promise<number> {
    return unitsIn(
      await tx.query<Units>(`select line, quantity from shipment_lines where shipment_id = $1`, [this.id]),
    );
  }

  deliver(now: Date): void {
    this.deliveredAt = now;
  }
}
ShipmentSchema.setClass(Shipment);
