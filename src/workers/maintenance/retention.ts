import {
  anonymiseEndedCheckouts,
  deleteEndedCheckouts,
  findEndedCheckouts,
} from '../../entities/retention/ended-checkouts.ts';
import { deleteExpiredRows } from '../../entities/retention/expired-rows.ts';
import { unitOfWork } from '../../infra/database/unit-of-work.ts';
import type { WorkerDeps } from '../deps.ts';

/** Ends one batch of each kind of row past its retention period: docs/retention.md has every table. */
export async function enforceRetention({ db, vault }: Pick<WorkerDeps, 'db' | 'vault'>): Promise<void> {
  await deleteExpiredRows(db);
  const due = await findEndedCheckouts(db);
  if (due.toAnonymise) await unitOfWork(db, 'retention.reduce', (tx) => anonymiseEndedCheckouts(tx, vault));
  if (due.toDelete) await unitOfWork(db, 'retention.remove', deleteEndedCheckouts);
}
