import { countUnits, loadLines, pickUnits, unitsIn, unshippedUnits } from '../../entities/order/lines.ts';
import type { Order } from '../../entities/order/order.ts';
import { Shipment } from '../../entities/order/shipment.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { announce } from '../notifications/announce.ts';
import { sendEmail } from '../notifications/order-emails.ts';
import type { Prepared } from './parsed-command.ts';

/** Prepares a shipment of the given units. Default: all units that are not shipped or cancelled. */
export async function prepareShipment(
  deps: WorkerDeps,
  tx: Tx,
  { order, work }: { order: Order; work: OrderWork['SHIP'] },
): Promise<Prepared> {
  const { carrier = null, trackingNumber = null } = work;
  const lines = await loadLines(tx, order.id);
  const rest = lines.map((line) => ({ line: line.line, quantity: unshippedUnits(line) }));
  const units = work.lines ?? rest.filter(({ quantity }) => quantity > 0);
  const picked = pickUnits(lines, units, unshippedUnits);
  return {
    event: { type: 'SHIP', units: unitsIn(picked) },
    async perform() {
      const id = await Shipment.send(tx, { orderId: order.id, units, carrier, trackingNumber });
      await countUnits(tx, order.id, { shipped: units });
      sendEmail(deps, tx, { letter: 'shipment-sent', id });
      const facts = { carrier, trackingNumber, lines: units };
      await announce(deps, tx, { type: 'shipment.created', data: { orderId: order.id, shipmentId: id, ...facts } });
      return { shipmentId: id };
    },
  };
}

/** Prepares the delivery of a shipment. */
export async function prepareDelivery(
  deps: WorkerDeps,
  tx: Tx,
  { order, work: { shipmentId } }: { order: Order; work: OrderWork['DELIVER'] },
): Promise<Prepared> {
  const shipment = await Shipment.load(tx, { orderId: order.id, shipmentId });
  return {
    event: { type: 'DELIVER', units: await shipment.countUnits(tx) },
    async perform() {
      shipment.deliver(tx.now);
      await announce(deps, tx, { type: 'shipment.delivered', data: { orderId: order.id, shipmentId } });
      return { shipmentId };
    },
  };
}
