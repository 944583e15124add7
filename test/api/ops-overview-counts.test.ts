import { expect } from 'chai';
import { readCounts } from '../../src/api/ops/overview/readings/counts.ts';
import { newId } from '../../src/infra/ids.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { plantOrder } from '../support/orders.ts';

describe('the counts of the overview', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.close());

  const countsOf = async (...permissions: string[]) => {
    const signals = await readCounts(fresh.db.search, new Set(permissions));
    return new Map(signals.map(({ title, ...rest }) => [title, rest]));
  };

  it('are those of the permissions', async () => {
    for (const permission of ['orders:read', 'queues:view', 'webhooks:manage', 'reviews:moderate']) {
      expect((await countsOf(permission)).size, permission).to.be.at.least(1);
    }
    expect((await countsOf()).size).to.equal(0);
  });

  it('link only to pages that the reader may open', async () => {
    const pathOf = async (...permissions: string[]) =>
      (await countsOf(...permissions)).get('Failed webhook deliveries')?.path;
    expect(await pathOf('webhooks:manage')).to.equal(undefined);
    expect(await pathOf('webhooks:manage', 'queues:view')).to.equal('/ops/notifications');
  });

  it('expect a first reconciliation within an hour of the first checkout', async () => {
    const overdue = async () => (await countsOf('queues:view')).get('Overdue reconciliation')?.count;
    const { query } = fresh.db;
    expect(await overdue(), 'without a checkout').to.equal(0);
    await plantOrder(query);
    expect(await overdue(), 'after the first checkout').to.equal(0);
    await query(`update checkouts set created_at = now() - interval '2 hours'`);
    expect(await overdue(), 'two hours later').to.equal(1);
    await query(
      `insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at, finished_at)
        values ($1, 'recent', 'schedule', 'done', 'settle', now(), now(), now(), now())`,
      [newId()],
    );
    expect(await overdue(), 'after a run').to.equal(0);
    await query(
      `update reconciliation_runs set updated_at = now() - interval '2 hours', finished_at = now() - interval '2 hours'`,
    );
    expect(await overdue(), 'two hours after a run').to.equal(1);
    await query(
      `insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at)
        values ($1, 'full', 'schedule', 'running', 'whole', now(), now() - interval '2 hours', now())`,
      [newId()],
    );
    expect(await overdue(), 'while a full run makes progress').to.equal(0);
    await query(`update reconciliation_runs set updated_at = now() - interval '31 minutes'`);
    expect(await overdue(), 'while it makes none').to.equal(1);
    await query(
      `update reconciliation_runs set state = 'done', phase = 'given up', updated_at = now(), finished_at = now()
        where kind = 'full'`,
    );
    expect(await overdue(), 'after it was given up').to.equal(1);
    await query(
      `insert into reconciliation_runs (id, kind, started_by, state, phase, since, started_at, updated_at)
        values ($1, 'recent', 'schedule', 'running', 'events', now(), now(), now())`,
      [newId()],
    );
    expect(await overdue(), 'while a recent run does not end').to.equal(1);
  });
});
