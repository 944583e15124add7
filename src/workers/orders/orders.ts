import { AppError, refused } from '../../domain/errors.ts';
import { decideCommand, loadCommand, recordResult } from '../../entities/order/command.ts';
import { acknowledge } from '../../entities/outbox/outbox.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { done, type Handler, handler, type JobOutcome, noop, refusal } from '../../infra/queue/worker.ts';
import { carryOutCommand } from '../../jobs/orders.ts';
import type { WorkerDeps } from '../deps.ts';
import { advanceOrder, lockOrder } from './advance.ts';
import { PREPARE } from './commands.ts';
import { claimHandler } from './guest-order-claims.ts';

interface Job {
  /** The id of the command, and the id of the outbox row that delivered it. */
  id: string;
  deliveredAs: string;
}

/** Executes the order commands of staff and customers. A refused command changes nothing and stores its reason. */
export const orderHandlers = (deps: WorkerDeps): Handler[] => [
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
  const by = { order, actor, reason, cause: id };
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
