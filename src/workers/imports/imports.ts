import { lockRules } from '../../entities/catalogue/collection-rule.ts';
import { Import } from '../../entities/import/import.ts';
import { lockImportQueue, nextImport } from '../../entities/import/import-queue.ts';
import { acknowledge, enqueue } from '../../entities/outbox/outbox.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { done, handler, type JobOutcome, noop } from '../../infra/queue/handler.ts';
import { runImport } from '../../jobs/imports.ts';
import type { WorkerDeps } from '../deps.ts';
import { importLines } from './lines.ts';

/** Rows per transaction: short locks beside live traffic, and a quick shutdown. */
const BATCH = 200;

/**
 * Imports the products of a file, one batch of rows per command. One transaction writes the products, the results of
 * the rows, the counts and the next command, and removes the current command: a killed worker leaves no partial batch.
 * Imports run one after the other.
 */
export const importHandlers = (deps: Pick<WorkerDeps, 'db' | 'queues'>) => [
  handler(runImport, ({ importId, after }, { commandId }) =>
    unitOfWork(deps.db, runImport.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      await lockImportQueue(tx);
      await lockRules(tx);
      const found = await tx.lock(Import, { id: importId });
      const outcome = found ? await importNextBatch(deps, tx, { found, after }) : noop('no such import');
      if (outcome.kind === 'noop') await beginNext(deps, tx);
      return outcome;
    }),
  ),
];

type Deps = Pick<WorkerDeps, 'queues'>;

async function importNextBatch(
  deps: Deps,
  tx: Tx,
  { found, after }: { found: Import; after: number },
): Promise<JobOutcome> {
  const { id, status, lastRow } = found;
  // A second command for the same batch: `beginNext` enqueued one although the import still had its own.
  if (after !== lastRow) return noop('was overtaken');
  if (status === 'waiting' && !(await found.begin(tx))) return noop('waits for another');
  if (status !== 'waiting' && status !== 'running') return noop(`is ${status}`);
  const lines = await found.loadNextLines(tx, BATCH);
  const isLast = lines.length < BATCH;
  await found.record(tx, await importLines(tx, found, lines), { isLast });
  if (isLast) await beginNext(deps, tx);
  else
    enqueue(tx, deps.queues, {
      contract: runImport,
      payload: { importId: id, after: lines.at(-1)?.[0] ?? lastRow },
    });
  return done;
}

/** Enqueues the next waiting import. Its first command ended when another import was running. */
async function beginNext({ queues }: Deps, tx: Tx): Promise<void> {
  const importId = await nextImport(tx);
  if (importId) enqueue(tx, queues, { contract: runImport, payload: { importId, after: 0 } });
}
