import { capRefundLines } from '../../../domain/orders/credit.ts';
import { amountOf, refundUnits } from '../../../domain/orders/refundable.ts';
import {
  countUnits,
  goodsOf,
  loadLines,
  type OrderLine,
  pickUnits,
  refundable,
  type Units,
} from '../../../entities/order/lines.ts';
import type { Order } from '../../../entities/order/order.ts';
import { loadReturnedUnits, Return, returnable } from '../../../entities/order/refunds/return.ts';
import { restock } from '../../../entities/stock/stock.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import type { OrderWork } from '../../../jobs/orders.ts';
import type { WorkerDeps } from '../../deps.ts';
import { announce } from '../../notifications/announce.ts';
import { sendEmail } from '../../notifications/order-emails.ts';
import type { ParsedCommand, Prepared } from '../parsed-command.ts';
import { enqueueRefund } from './refund.ts';
import { readRefundable } from './refundable.ts';

/** Prepares a return that a customer, or staff for a customer, requests. */
export async function prepareReturn(
  deps: WorkerDeps,
  tx: Tx,
  { order, work, actor }: { order: Order; work: OrderWork['REQUEST_RETURN']; actor: string },
): Promise<Prepared> {
  const { lines: units, reason } = work;
  pickUnits(await loadLines(tx, order.id), units, await returnable(tx, order.id));
  return {
    event: { type: 'REQUEST_RETURN' },
    async perform() {
      const returnId = Return.request(tx, { orderId: order.id, units, reason, by: actor });
      await announce(deps, tx, {
        type: 'return.requested',
        data: { orderId: order.id, returnId, lines: units, reason },
      });
      return { returnId };
    },
  };
}

const DECISIONS = {
  approved: 'APPROVE_RETURN',
  rejected: 'REJECT_RETURN',
  withdrawn: 'WITHDRAW_RETURN',
} as const;

/** Prepares the approval, rejection or withdrawal of a return. */
export async function prepareReturnDecision(
  deps: WorkerDeps,
  tx: Tx,
  { order, returnId, to }: { order: Order; returnId: string; to: keyof typeof DECISIONS },
): Promise<Prepared> {
  const requested = await Return.load(tx, { orderId: order.id, returnId, to });
  return {
    event: { type: DECISIONS[to] },
    async perform() {
      requested.decide(to, tx.now);
      await announce(deps, tx, { type: `return.${to}`, data: { orderId: order.id, returnId } });
      // The customer who withdraws a return needs no e-mail.
      if (to !== 'withdrawn') sendEmail(deps, tx, { letter: `return-${to}`, id: returnId });
      return { returnId };
    },
  };
}

/**
 * Prepares the receipt of a return. It refunds units that are not refunded yet, at most what is left of their lines.
 */
export async function prepareReturnReceipt(
  deps: WorkerDeps,
  tx: Tx,
  { id: commandId, order, work, reason }: ParsedCommand<OrderWork['RECEIVE_RETURN']>,
): Promise<Prepared> {
  const { returnId, restock: restocked = [], refund } = work;
  const approved = await Return.load(tx, { orderId: order.id, returnId, to: 'received' });
  const units = await loadReturnedUnits(tx, returnId);
  const lines = await loadLines(tx, order.id);
  const sellable = pickUnits(lines, restocked, ({ line }) => units.find((unit) => unit.line === line)?.quantity ?? 0);
  const toRefund = refund ? unrefunded(lines, units) : [];
  const refundLines = toRefund.map(({ line, quantity }) => refundUnits(line, quantity));
  const refunds = capRefundLines(refundLines, await readRefundable(tx, order));
  return {
    event: { type: 'RECEIVE_RETURN', amount: amountOf(refunds) },
    async perform() {
      const refunded = toRefund.map(({ line, quantity }) => ({ line: line.line, quantity }));
      await countUnits(tx, order.id, { returned: units, refunded });
      await restock(tx, { cause: 'order', causeId: order.id }, goodsOf(sellable));
      const requested = await enqueueRefund(deps, tx, { order, lines: refunds, cause: 'return', reason, commandId });
      const refundId = requested?.refundId ?? null;
      await tx.write();
      await approved.receive(tx, { restocked, refundId });
      await announce(deps, tx, { type: 'return.received', data: { orderId: order.id, returnId, refundId } });
      return { returnId, ...requested };
    },
  };
}

const unrefunded = (lines: readonly OrderLine[], units: readonly Units[]) =>
  lines.flatMap((line) => {
    const quantity = Math.min(units.find((unit) => unit.line === line.line)?.quantity ?? 0, refundable(line));
    return quantity > 0 ? [{ line, quantity }] : [];
  });
