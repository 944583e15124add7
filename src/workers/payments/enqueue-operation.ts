import { enqueue } from '../../entities/outbox/outbox.ts';
import type { Operation } from '../../entities/payment/operation.ts';
import type { Tx } from '../../infra/database/unit-of-work.ts';
import { executeOperation } from '../../jobs/payments.ts';
import type { WorkerDeps } from '../deps.ts';

/** Enqueues the command that executes a call to the provider. `facts`: what `loadOperation` reads, if it is known. */
export const enqueueOperation = (
  { queues }: WorkerDeps,
  tx: Tx,
  { id, facts }: { id: string; facts?: Operation | undefined },
): void => enqueue(tx, queues, { contract: executeOperation, payload: { operationId: id }, facts });
