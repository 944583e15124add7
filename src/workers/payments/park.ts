import { parkCommand } from '../../entities/outbox/parked-commands.ts';
import { type JobContext, type JobOutcome, parked } from '../../infra/queue/handler.ts';
import type { WorkerDeps } from '../deps.ts';

/** Parks a command while calls to the payment provider are rejected: a retry would only use up processor time. */
export async function park({ db }: Pick<WorkerDeps, 'db'>, { commandId }: JobContext): Promise<JobOutcome> {
  await parkCommand(db, commandId);
  return parked('the payment provider is away');
}
