import type { OrderCommand } from '../../domain/states.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { ORDER_WORK } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { prepareCancelUnits } from './cancel.ts';
import type { OrderCommandContext, Prepared } from './parsed-command.ts';
import { prepareRecord } from './record-external-refund.ts';
import { prepareRefund } from './refunds/refund.ts';
import { prepareRetry } from './refunds/retry.ts';
import { prepareDecision, prepareReceipt, prepareReturn } from './refunds/returns.ts';
import { prepareDelivery, prepareShipment } from './ship.ts';

type Prepare = (deps: WorkerDeps, tx: Tx, context: OrderCommandContext) => Promise<Prepared> | Prepared;

/** Prepares each command under the order's lock. @throws AppError for a command that the order cannot execute */
export const PREPARE: Record<OrderCommand, Prepare> = {
  PROCESS: () => ({ event: { type: 'PROCESS' } }),
  CANCEL: () => ({ event: { type: 'CANCEL' } }),
  CANCEL_BY_CUSTOMER: () => ({ event: { type: 'CANCEL_BY_CUSTOMER' } }),
  CANCEL_UNITS: (deps, tx, { work, ...at }) =>
    prepareCancelUnits(deps, tx, { ...at, work: ORDER_WORK.CANCEL_UNITS.parse(work) }),
  SHIP: (deps, tx, { work, ...at }) => prepareShipment(deps, tx, { ...at, work: ORDER_WORK.SHIP.parse(work) }),
  DELIVER: (deps, tx, { work, ...at }) => prepareDelivery(deps, tx, { ...at, work: ORDER_WORK.DELIVER.parse(work) }),
  REFUND: (deps, tx, { work, ...at }) => prepareRefund(deps, tx, { ...at, work: ORDER_WORK.REFUND.parse(work) }),
  RECORD_REFUND: (deps, tx, { work, ...at }) =>
    prepareRecord(deps, tx, { ...at, work: ORDER_WORK.RECORD_REFUND.parse(work) }),
  RETRY_REFUND: (deps, tx, { work, ...at }) =>
    prepareRetry(deps, tx, { ...at, work: ORDER_WORK.RETRY_REFUND.parse(work) }),
  REQUEST_RETURN: (deps, tx, { work, ...at }) =>
    prepareReturn(deps, tx, { ...at, work: ORDER_WORK.REQUEST_RETURN.parse(work) }),
  APPROVE_RETURN: (deps, tx, { work, order }) =>
    prepareDecision(deps, tx, { order, ...ORDER_WORK.APPROVE_RETURN.parse(work), to: 'approved' }),
  REJECT_RETURN: (deps, tx, { work, order }) =>
    prepareDecision(deps, tx, { order, ...ORDER_WORK.REJECT_RETURN.parse(work), to: 'rejected' }),
  WITHDRAW_RETURN: (deps, tx, { work, order }) =>
    prepareDecision(deps, tx, { order, ...ORDER_WORK.WITHDRAW_RETURN.parse(work), to: 'withdrawn' }),
  RECEIVE_RETURN: (deps, tx, { work, ...at }) =>
    prepareReceipt(deps, tx, { ...at, work: ORDER_WORK.RECEIVE_RETURN.parse(work) }),
};
