import { expect } from 'chai';
import pg from 'pg';
import { recordAttempt } from '../../src/entities/webhook/delivery.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

describe('a delivery whose webhook is deleted while its attempt is recorded', () => {
  let fresh: FreshDatabase;
  let staff: pg.Client;
  before(async () => {
    fresh = await freshDatabase();
    staff = new pg.Client({ connectionString: fresh.url });
    await staff.connect();
  });
  after(async () => {
    await staff.end();
    await fresh.close();
  });

  const isWaiting = async () =>
    (
      await fresh.db.query(
        `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'delete from %'`,
      )
    ).length > 0;

  it('makes the deletion wait: neither fails', async () => {
    const id = newId();
    await fresh.db.query(
      `with maker as (insert into accounts (id, kind, status, created_at, updated_at) values ($1, 'customer', 'erased', now(), now())),
        webhook as (insert into webhook_subscriptions (id, url, events, secret, state, created_by, created_at, updated_at)
          values ($1, 'https://shop.example.com', '{order.confirmed}', 'planted', 'active', $1, now(), now()))
        insert into webhook_deliveries (id, subscription_id, event_id, type, data, state, tries, due_at, created_at)
          values ($1, $1, $1, 'order.confirmed', '{}', 'pending', 0, now(), now())`,
      [id],
    );
    let deletion: Promise<unknown> | undefined;
    await unitOfWork(fresh.db, 'webhooks.deliver', async (tx) => {
      // The deletion begins between the first statement and the second.
      const query = async <R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]> => {
        const rows = await tx.query<R>(sql, params);
        if (deletion === undefined) {
          deletion = staff.query('delete from webhook_subscriptions');
          deletion.catch(() => undefined);
          await waitFor('the deletion waits for a lock', isWaiting);
        }
        return rows;
      };
      const slow: Tx = { ...tx, query };
      const attempt = { status: 200, error: null, durationMs: 1, retryInMs: null };
      await recordAttempt(slow, { id, subscriptionId: id, tries: 0 }, attempt);
    });
    await deletion;
    expect(await fresh.db.query(`select id from webhook_deliveries`)).to.deep.equal([]);
  });
});
