import { expect } from 'chai';
import { Account } from '../../src/entities/account/account.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { claimOrders } from '../../src/entities/order/guest-order-claim.ts';
import { archiveMonth, monthStart } from '../../src/infra/database/partitions.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { plantOrder } from '../support/orders.ts';

const DATA_KEYS = `one:${Buffer.alloc(32, '1').toString('base64')}`;
const vault = openVault({ dataKeys: DATA_KEYS, secret: 'test-secret-that-is-long-enough-for-all' });

describe('orders of guests that join an account', () => {
  let fresh: FreshDatabase;
  let account: Account;
  before(async () => {
    fresh = await freshDatabase();
    const person = { email: 'a@example.com', name: 'Asha', phone: null };
    account = await unitOfWork(fresh.db, 'test', async (tx) =>
      Account.open(tx, vault, { kind: 'customer', ...person, passwordHash: null }),
    );
    await fresh.db.query(`update accounts set email_verified_at = now(), claims_guest_orders = true where id = $1`, [
      account.id,
    ]);
  });
  after(() => fresh.close());

  async function guestOrder(): Promise<string> {
    const { checkoutId, orderId } = await plantOrder(fresh.db.query);
    await fresh.db.query(`update checkouts set email_index = $2 where id = $1`, [checkoutId, account.emailIndex]);
    return orderId;
  }

  const claim = () =>
    unitOfWork(fresh.db, 'test', (tx) =>
      claimOrders(tx, vault, { accountId: account.id, after: null, cause: newId() }),
    );

  const orderOf = async (id: string) =>
    (
      await fresh.db.query(
        `select customer_id as owner, steps, version,
            (select count(*)::int from order_history where order_id = o.id and event = 'CLAIMED') as claims
          from orders o where id = $1`,
        [id],
      )
    )[0];

  it('have a step in their history, and the version that guests read stays', async () => {
    const orderId = await guestOrder();
    expect((await claim()).claimed).to.deep.equal([orderId]);
    expect(await orderOf(orderId)).to.deep.equal({ owner: account.id, steps: 3, version: 1, claims: 1 });
  });

  it('join with a step though their month is in the archive', async () => {
    for (const offset of [-1, 0])
      await archiveMonth(fresh.db, { table: 'order_history', start: monthStart(new Date(), offset) });
    const orderId = await guestOrder();
    expect((await claim()).claimed).to.deep.equal([orderId]);
    expect(await orderOf(orderId)).to.include({ owner: account.id, steps: 3, claims: 1 });
  });
});
