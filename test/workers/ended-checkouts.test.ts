import { expect } from 'chai';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import {
  anonymiseEndedCheckouts,
  deleteEndedCheckouts,
  findEndedCheckouts,
} from '../../src/entities/retention/ended-checkouts.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const DATA_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

describe('checkouts that ended without an order', () => {
  const vault = openVault({ dataKeys: DATA_KEYS, secret: 'a secret that is only for these tests' });
  let database: FreshDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(() => database.close());

  const query = <R extends object>(sql: string, params: unknown[] = []) => database.db.query<R>(sql, params);

  /** One that ended so many days ago. */
  async function ended(days: number, state = 'EXPIRED'): Promise<string> {
    const [id, cartId] = [newId(), newId()];
    await query(`insert into carts values ($1, null, 'INR', 'open', 1, now(), now())`, [cartId]);
    await query(
      `insert into checkouts (id, order_id, cart_id, cart_version, email, shipping_address, billing_address, redeemer, email_index,
          place_of_supply, currency, total, state, busy, reason, steps, expires_at, created_at, updated_at)
        select $1, uuidv7(), $2, 1, 'sealed', 'sealed', 'sealed', 'email:x', 'x', 'IN-KA', 'INR', 1, $3, false, 'R', 1,
          at, at, at from (select now() - make_interval(hours => $4)) as t (at)`,
      [id, cartId, state, Math.round(days * 24)],
    );
    return id;
  }

  const pay = (id: string, status: string, { captured = 0, days = 0 } = {}) =>
    query(
      `insert into payments (id, checkout_id, provider, status, currency, amount, captured, refunded, refund_asked, created_at, updated_at)
        select $1, $1, 'stripe', $2, 'INR', 100, $3, $3, $3, at, at from (select now() - make_interval(days => $4)) as t (at)`,
      [id, status, captured, days],
    );

  const anonymise = () => unitOfWork(database.db, 'test', (tx) => anonymiseEndedCheckouts(tx, vault));
  const remove = () => unitOfWork(database.db, 'test', deleteEndedCheckouts);
  const round = async () => {
    await anonymise();
    await remove();
  };

  const knowing = async () =>
    (await query<{ id: string }>(`select id from checkouts where email is not null order by id`)).map(({ id }) => id);
  const all = async () => (await query<{ id: string }>(`select id from checkouts order by id`)).map(({ id }) => id);

  it('are reduced after a day, but not while money may come or a mail waits, and after 30 days in any case', async () => {
    const [expired, cancelled, failed] = [await ended(1.1), await ended(1.1, 'CANCELLED'), await ended(1.1, 'FAILED')];
    const kept = [await ended(0.9), await ended(2, 'LOCKED')];
    await pay(expired, 'canceled');
    await pay(cancelled, 'opening', { days: 3 });
    await pay(failed, 'succeeded', { captured: 100 });
    for (const status of ['opening', 'processing', 'requires_action']) {
      const id = await ended(29);
      await pay(id, status);
      kept.push(id);
    }
    const undecided = await ended(29);
    await pay(undecided, 'canceled');
    await query(
      `insert into payment_operations (id, payment_id, kind, idempotency_key, key_round, fence, status, created_at)
        values ($1, $1, 'cancel', 'k', 1, 0, 'unknown', now())`,
      [undecided],
    );
    const told = await ended(2);
    await query(`insert into outbox values ($1, 'mail', 'tell', $2, '{}', 0, now(), now())`, [newId(), { id: told }]);
    const late = await ended(31);
    await pay(late, 'processing');
    await round();
    expect(await knowing()).to.deep.equal([...kept, undecided, told].toSorted());
    const [row] = await query(
      `select num_nonnulls(email, email_index, shipping_address, billing_address, redeemer) as known from checkouts where id = $1`,
      [expired],
    );
    expect(row).to.deep.equal({ known: 0 });
  });

  it('are reduced and deleted, too, when they know only who redeems', async () => {
    const [young, old] = [await ended(40), await ended(91)];
    await query(
      `update checkouts set email = null, email_index = null, shipping_address = null, billing_address = null`,
    );
    await anonymise();
    expect(await query(`select 1 from checkouts where redeemer is not null`)).to.deep.equal([]);
    expect(await all()).to.deep.equal([young, old]);
    await remove();
    expect(await all()).to.deep.equal([young]);
  });

  it('are deleted after 90 days, unless money came or may come', async () => {
    const gone = [await ended(91), await ended(91, 'CANCELLED'), await ended(400, 'FAILED')];
    await pay(gone[0] ?? '', 'canceled', { days: 91 });
    await pay(gone[1] ?? '', 'opening', { days: 91 });
    const kept = [await ended(89), await ended(91), await ended(91), await ended(91, 'COMPLETED')];
    await pay(kept[1] ?? '', 'succeeded', { captured: 100, days: 91 });
    await pay(kept[2] ?? '', 'processing', { days: 91 });
    await round();
    expect(await all()).to.deep.equal(kept.toSorted());
    expect(await query(`select 1 from payments`)).to.have.length(2);
  });

  it('are looked at again 90 days later when money came or may come', async () => {
    const [paid, paying] = [await ended(91), await ended(91)];
    await pay(paid, 'succeeded', { captured: 100, days: 91 });
    await pay(paying, 'processing', { days: 91 });
    await round();
    expect((await findEndedCheckouts(database.db)).toDelete).to.equal(null);
    await query(`update payments set status = 'canceled' where checkout_id = $1`, [paying]);
    await query(`update checkouts set kept_at = now() - interval '91 days'`);
    await round();
    expect(await all()).to.deep.equal([paid]);
  });

  it('are left to the next round while somebody works on them', async () => {
    const id = await ended(2);
    await database.db.orm.em.fork().transactional(async (busy) => {
      await busy.execute(`select 1 from checkouts where id = '${id}' for update`);
      await round();
    });
    expect(await knowing()).to.deep.equal([id]);
    await round();
    expect(await knowing()).to.deep.equal([]);
  });
});
