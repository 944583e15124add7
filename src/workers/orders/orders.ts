import { AppError, refused } from '../../domain/errors.ts';
import type { OrderCommand } from '../../domain/states.ts';
import { decideCommand, loadCommand, recordResult } from '../../entities/order/command.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { done, handler, type JobOutcome, noop, refusal } from '../../infra/queue/handler.ts';
import { carryOutCommand, ORDER_COMMAND_INPUTS } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { advanceOrder, lockOrder } from './advance.ts';
import { prepareCancelUnits } from './cancel.ts';
import { claimHandler } from './guest-order-claims.ts';
import type { OrderCommandContext, Prepared } from './parsed-command.ts';
import { prepareExternalRefund } from './record-external-refund.ts';
import { prepareRefund } from './refunds/refund.ts';
import { prepareRetry } from './refunds/retry.ts';
import { prepareReturn, prepareReturnDecision, prepareReturnReceipt } from './refunds/returns.ts';
import { prepareDelivery, prepareShipment } from './ship.ts';

interface Job {
  /** The id of the command, and the id of the outbox row that delivered it. */
  id: string;
  deliveredAs: string;
}

/** Executes the order commands of staff and customers. A refused command changes nothing and stores its reason. */
export const orderHandlers = (deps: WorkerDeps) => [
  handler(carryOutCommand, async ({ commandId: id }, { commandId: deliveredAs }) => {
    const job = { id, deliveredAs };
    try {
      return await unitOfWork(deps.db, carryOutCommand.name, (tx) => executeCommand(deps, tx, job));
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'refused') throw error;
      return await refuseCommand(deps, job, error);
    }
  }),
  claimHandler(deps),
];

async function executeCommand(deps: WorkerDeps, tx: Tx, { id, deliveredAs }: Job): Promise<JobOutcome> {
  const [isOurs, command] = await Promise.all([acknowledge(tx, deliveredAs), loadCommand(tx.query, id)]);
  if (!isOurs || !command) return noop('done before');
  const { orderId, kind, ...request } = command;
  const order = await lockOrder(tx, orderId);
  // While this worker waited for the lock, another worker may have decided the command.
  if (!order || !(await decideCommand(tx, { id, error: null }))) return noop('done before');
  const prepared = await PREPARE[kind](deps, tx, { order, ...request });
  const { actor, reason } = request;
  const { state, allowed } = order;
  const { next, ...step } = prepared;
  const by = { order, actor, reason, cause: id, commandId: id };
  const result = await advanceOrder(deps, tx, { ...step, ...by });
  if (!result) throw refused('ORDER_STATE_CONFLICT', { state, asked: kind, allowed });
  if (next) await advanceOrder(deps, tx, { event: next, ...by });
  if (Object.keys(result).length > 0) recordResult(tx, { id, result });
  tx.afterCommit(() => deps.wake({ id, busy: false }));
  return done;
}

const refuseCommand = (
  { db, wake }: WorkerDeps,
  { id, deliveredAs }: Job,
  { code, details }: AppError,
): Promise<JobOutcome> =>
  unitOfWork(db, 'orders.refuse', async (tx) => {
    if (!(await acknowledge(tx, deliveredAs))) return noop('done before');
    await decideCommand(tx, { id, error: { code, details } });
    tx.afterCommit(() => wake({ id, busy: false }));
    return refusal(code);
  });

type Prepare = (deps: WorkerDeps, tx: Tx, context: OrderCommandContext) => Promise<Prepared> | Prepared;

/** Prepares each command under the order's lock. @throws AppError for a command that the order cannot execute */
const PREPARE: Record<OrderCommand, Prepare> = {
  PROCESS: () => ({ event: { type: 'PROCESS' } }),
  CANCEL: () => ({ event: { type: 'CANCEL' } }),
  CANCEL_BY_CUSTOMER: () => ({ event: { type: 'CANCEL_BY_CUSTOMER' } }),
  CANCEL_UNITS: (deps, tx, { work, ...at }) =>
    prepareCancelUnits(deps, tx, { ...at, work: ORDER_COMMAND_INPUTS.CANCEL_UNITS.parse(work) }),
  SHIP: (deps, tx, { work, ...at }) =>
    prepareShipment(deps, tx, { ...at, work: ORDER_COMMAND_INPUTS.SHIP.parse(work) }),
  DELIVER: (deps, tx, { work, ...at }) =>
    prepareDelivery(deps, tx, { ...at, work: ORDER_COMMAND_INPUTS.DELIVER.parse(work) }),
  REFUND: (deps, tx, { work, ...at }) =>
    prepareRefund(deps, tx, { ...at, work: ORDER_COMMAND_INPUTS.REFUND.parse(work) }),
  RECORD_REFUND: (deps, tx, { work, ...at }) =>
    prepareExternalRefund(deps, tx, { ...at, work: ORDER_COMMAND_INPUTS.RECORD_REFUND.parse(work) }),
  RETRY_REFUND: (deps, tx, { work, ...at }) =>
    prepareRetry(deps, tx, { ...at, work: ORDER_COMMAND_INPUTS.RETRY_REFUND.parse(work) }),
  REQUEST_RETURN: (deps, tx, { work, ...at }) =>
    prepareReturn(deps, tx, { ...at, work: ORDER_COMMAND_INPUTS.REQUEST_RETURN.parse(work) }),
  APPROVE_RETURN: (deps, tx, { work, order }) =>
    prepareReturnDecision(deps, tx, { order, ...ORDER_COMMAND_INPUTS.APPROVE_RETURN.parse(work), to: 'approved' }),
  REJECT_RETURN: (deps, tx, { work, order }) =>
    prepareReturnDecision(deps, tx, { order, ...ORDER_COMMAND_INPUTS.REJECT_RETURN.parse(work), to: 'rejected' }),
  WITHDRAW_RETURN: (deps, tx, { work, order }) =>
    prepareReturnDecision(deps, tx, { order, ...ORDER_COMMAND_INPUTS.WITHDRAW_RETURN.parse(work), to: 'withdrawn' }),
  RECEIVE_RETURN: (deps, tx, { work, ...at }) =>
    prepareReturnReceipt(deps, tx, { ...at, work: ORDER_COMMAND_INPUTS.RECEIVE_RETURN.parse(work) }),
};
