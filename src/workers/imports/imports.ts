import { keepRules } from '../../entities/catalogue/collection-rule.ts';
import { beginImport, lockImportQueue, nextImport } from '../../entities/import/import-queue.ts';
import { type Import, linesAfter, lockImport, noteResults } from '../../entities/import/progress.ts';
import { acknowledge, enqueue } from '../../entities/outbox/outbox.ts';
import { type Tx, unitOfWork } from '../../infra/database/unit-of-work.ts';
import { done, type Handler, handler, noop, type Outcome } from '../../infra/queue/worker.ts';
import { runImport } from '../../jobs/imports.ts';
import type { WorkerDeps } from '../deps.ts';
import { importLines } from './lines.ts';

/** Rows per transaction: its locks are short beside live traffic, and a process that has to stop is soon free. */
const BATCH = 200;

/**
 * Works on the products of a file, one batch of rows per command. The products, what became of the rows, the counts, the
 * command that is done and the one that goes on are one transaction: a worker that is killed leaves a batch as if it had
 * never begun. Imports run one after the other.
 */
export const importHandlers = (deps: Pick<WorkerDeps, 'db' | 'queues'>): Handler[] => [
  handler(runImport, ({ importId, after }, { commandId }) =>
    unitOfWork(deps.db, runImport.name, async (tx) => {
      if (!(await acknowledge(tx, commandId))) return noop('done before');
      await lockImportQueue(tx);
      await keepRules(tx);
      const found = await lockImport(tx, importId);
      const outcome = found ? await goOn(deps, tx, { ...found, after }) : noop('no such import');
      if (outcome.kind === 'noop') await beginNext(deps, tx);
      return outcome;
    }),
  ),
];

type Deps = Pick<WorkerDeps, 'queues'>;

async function goOn(deps: Deps, tx: Tx, found: Import & { after: number }): Promise<Outcome> {
  // Somebody found the next one a command, and its own was there all the time.
  if (found.after !== found.lastRow) return noop('was overtaken');
  if (found.status === 'waiting' && !(await beginImport(tx, found.id))) return noop('waits for another');
  if (found.status !== 'waiting' && found.status !== 'running') return noop(`is ${found.status}`);
  const lines = await linesAfter(tx, found, BATCH);
  const isLast = lines.length < BATCH;
  await noteResults(tx, { import: found, isLast }, await importLines(tx, found, lines));
  if (isLast) await beginNext(deps, tx);
  else
    enqueue(tx, deps.queues, {
      contract: runImport,
      payload: { importId: found.id, after: lines.at(-1)?.[0] ?? found.lastRow },
    });
  return done;
}

/** Whoever had to wait has given his command up: the one that ends finds him a new one. */
async function beginNext({ queues }: Deps, tx: Tx): Promise<void> {
  const importId = await nextImport(tx);
  if (importId) enqueue(tx, queues, { contract: runImport, payload: { importId, after: 0 } });
}
