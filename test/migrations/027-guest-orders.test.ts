import { expect } from 'chai';
import { Account } from '../../src/entities/account/account.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { claimGuestOrders } from '../../src/jobs/orders.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { plantOrder } from '../support/orders.ts';

const DATA_KEYS = `one:${Buffer.alloc(32, '1').toString('base64')}`;
const vault = openVault({ dataKeys: DATA_KEYS, secret: 'test-secret-that-is-long-enough-for-all' });

describe('the migration of guests’ orders', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.close());

  const open = (email: string) =>
    unitOfWork(fresh.db, 'test', async (tx) =>
      Account.open(tx, vault, { kind: 'customer', email, name: 'Asha', phone: null, passwordHash: null }),
    );

  it('has orders join the accounts that proved their address before, and goes back', async () => {
    const { query } = fresh.db;
    const [verified, unproved, without, old] = await Promise.all(
      ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'].map(open),
    );
    await query(`update accounts set email_verified_at = now() where id <> $1`, [unproved?.id]);
    for (const account of [verified, unproved]) {
      const { checkoutId } = await plantOrder(query);
      await query(`update checkouts set email_index = $2 where id = $1`, [checkoutId, account?.emailIndex]);
    }
    const { checkoutId } = await plantOrder(query);
    await query(`update checkouts set redeemer = 'email:' || $2 where id = $1`, [checkoutId, old?.emailIndex]);
    const claims = () =>
      query<{ payload: object; isLater: boolean }>(
        `select payload, due_at > now() + interval '5 minutes' as "isLater" from outbox where name = $1`,
        [claimGuestOrders.name],
      );
    const { migrator } = fresh.db.orm;
    await migrator.down({ to: '023_command_results' });
    expect(await claims()).to.deep.equal([]);
    await migrator.up();
    const found = await claims();
    expect(found.every(({ isLater }) => isLater)).to.equal(true);
    const payloads = found.map(({ payload }) => Reflect.get(payload, 'accountId'));
    expect(payloads).to.have.members([verified?.id, old?.id]).and.not.include(without?.id);
    await migrator.down({ to: '023_command_results' });
    expect(await claims()).to.deep.equal([]);
    await migrator.up();
  });
});
