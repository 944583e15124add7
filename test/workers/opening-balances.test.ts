import { expect } from 'chai';
import pg from 'pg';
import { STOCK_INVARIANTS } from '../../src/entities/invariants/stock.ts';
import { ReconciliationRun, type Run } from '../../src/entities/reconciliation/run.ts';
import { readRecordedBefore } from '../../src/entities/verification/changes.ts';
import { endCheck } from '../../src/entities/verification/checkpoint.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId, uuidv7Floor, uuidv7Time } from '../../src/infra/ids.ts';
import type { Queues } from '../../src/infra/queue/queue.ts';
import { continueRun } from '../../src/jobs/reconciliation.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { reconciliationRunHandlers } from '../../src/workers/reconciliation/reconciliation.ts';
import { stockVariant } from '../support/books.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

describe('the opening balances of stock', function () {
  // A move waits for transactions of other tests on this server.
  this.timeout(60_000);
  let database: FreshDatabase;
  let variantId: string;
  before(async () => {
    database = await freshDatabase();
    variantId = await stockVariant(query, { stock: 9 });
    await query(`update inventory_movements set id = $1`, [uuidv7Floor(daysAgo(20)).slice(0, 13) + newId().slice(13)]);
  });
  after(() => database.close());

  const query = <R extends object>(sql: string, params: unknown[] = []) => database.db.query<R>(sql, params);
  const openings = async () =>
    (await query<{ units: number }>(`select on_hand::int as units from stock_openings`)).map(({ units }) => units);
  const boundary = async () =>
    (await query<{ before: string | null }>(`select openings_before as before from verification_checkpoint`))[0]
      ?.before;
  const recorded = () => query(`select subject, key from late_changes where subject = 'variant'`);

  /** The last step of a run that has checked these phases. */
  async function end(kind: Run['kind'], checked: object = { variants: 1 }): Promise<void> {
    const runId = await unitOfWork(database.db, 'test', async (tx) => {
      const id = (await ReconciliationRun.start(tx, { kind, startedBy: 'test' })) ?? '';
      await tx.query(`update reconciliation_runs set phase = 'settle', checked = $2 where id = $1`, [
        id,
        JSON.stringify(checked),
      ]);
      return id;
    });
    const queues: Partial<Queues> = { dispatch: () => undefined };
    const deps: Partial<WorkerDeps> = { db: database.db, queues: queues as Queues };
    const job = reconciliationRunHandlers(deps as WorkerDeps).find(({ name }) => name === continueRun.name);
    const context = { commandId: runId, isTakeover: false, starts: 1, progress: () => undefined };
    expect((await job?.run({ runId }, context))?.kind).to.equal('done');
  }
  const endFullUntil = (says: string, isDone: () => Promise<boolean>) =>
    waitFor(says, async () => {
      await end('full');
      return isDone();
    });

  /** The variants whose stock level a run reports, with the sum of its movements. */
  async function wrongLevels() {
    const { sql = '' } = STOCK_INVARIANTS.find(({ name }) => name === 'stock.levels-are-their-movements') ?? {};
    const rows = await query<{ variantId: string; onHand: number; movedOnHand: string }>(sql);
    return rows.map((row) => [row.variantId, row.onHand, Number(row.movedOnHand)]);
  }

  it('are moved by a full run that has compared them, and not before changes of old movements are recorded', async () => {
    const writer = new pg.Client({ connectionString: database.url });
    await writer.connect();
    await writer.query(`begin; select pg_current_xact_id()`);
    await end('recent');
    expect(await boundary()).to.equal(undefined);
    await end('full');
    expect([await openings(), await boundary()]).to.deep.equal([[], null]);
    await writer.query('commit');
    await writer.end();
    await end('full', {});
    expect(await openings()).to.deep.equal([]);
    await endFullUntil('the balances are there', async () => (await openings()).length > 0);
    expect(await openings()).to.deep.equal([9]);
    expect(await wrongLevels()).to.deep.equal([]);
  });

  it('stay behind by eight days, so that late commits are in them', async () => {
    const before = uuidv7Time((await boundary()) ?? '');
    expect(before.getTime()).to.be.within(daysAgo(8).getTime() - 60_000, daysAgo(8).getTime());
  });

  it('do not hide a wrong level, nor a changed movement that was in them', async () => {
    await query(`update stock_levels set on_hand = 10`);
    expect(await wrongLevels()).to.deep.equal([[variantId, 10, 9]]);
    await query(`update stock_levels set on_hand = 9`);
    await query(`update inventory_movements set on_hand_delta = 7`);
    expect(await recorded()).to.deep.equal([{ subject: 'variant', key: variantId }]);
    expect(await wrongLevels()).to.deep.equal([[variantId, 9, 7]]);
    await endFullUntil('the change is in the balances', async () => (await recorded()).length === 0);
    expect(await openings()).to.deep.equal([7]);
    expect(await wrongLevels()).to.deep.equal([[variantId, 9, 7]]);
  });

  it('get a change that only a check reads which began before they were moved', async () => {
    await query(`update inventory_movements set on_hand_delta = 9`);
    expect(await recorded()).to.have.length(1);
    await waitFor('the check has read the change', async () => {
      const recordedBefore = await readRecordedBefore(database.db.query);
      const ending = { at: daysAgo(1), isClean: true, isFull: false, recordedBefore };
      await unitOfWork(database.db, 'test', (tx) => endCheck(tx.query, ending));
      return (await recorded()).length === 0;
    });
    expect(await openings()).to.deep.equal([9]);
    expect(await wrongLevels()).to.deep.equal([]);
  });
});
