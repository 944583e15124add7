import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import { seedOffers } from '../../tools/seed/offers.ts';
import { seedPeople } from '../../tools/seed/people.ts';
import { sampleOf, seedShop } from '../../tools/seed/shop.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { startStack } from '../../tools/stack/stack.ts';
import { verifyDatabase } from '../../tools/verify/database.ts';
import { fillOrders } from '../../tools/volume/fill.ts';
import { makeTemplates } from '../../tools/volume/templates.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { describeAll } from '../support/extent.ts';
import { addUpAll } from '../support/sales.ts';

const vault = openVault({ dataKeys: DEVELOPMENT.DATA_KEYS, secret: DEVELOPMENT.APP_SECRET });

describeAll('generated orders', function () {
  this.timeout(180_000);
  let fresh: FreshDatabase;
  let checkoutIds: string[];
  before(async () => {
    fresh = await freshDatabase();
    checkoutIds = await buyTemplates(fresh);
  });
  after(() => fresh?.close());

  const fill = (orders: number) => fillOrders({ ...fresh, vault }, { checkoutIds, orders });

  it('fulfil every invariant', async () => {
    await fill(1_000);
    await addUpAll(fresh);
    expect((await verifyDatabase(fresh.url)).findings).to.deep.equal([]);
    const [counts] = await fresh.db.query(
      `select (select count(*) from orders) as orders, (select count(distinct tableoid) from orders) as months,
        (select count(*) from documents where kind = 'credit-note') > 50 as has_notes, (select count(*) from checkouts where state = 'CANCELLED') as ended`,
    );
    expect(counts).to.deep.include({ has_notes: true, ended: 52 });
    expect(counts).to.have.property('orders').that.is.within(1_020, 1_030);
    expect(counts).to.have.property('months').that.is.within(24, 26);
  });
});

/** Makes the templates with the processes of a shop, and stops these. */
async function buyTemplates({ db, url }: FreshDatabase): Promise<string[]> {
  await seedShop(db, 40, () => undefined);
  await seedOffers(db);
  await seedPeople(db, vault);
  const sample = await sampleOf(db);
  const dataDir = await mkdtemp(join(tmpdir(), 'vcecom-volume-'));
  // PostgreSQL runs as a user of its own when we are root, and has to reach its data.
  await chmod(dataDir, 0o755);
  const stack = await startStack({ dataDir, databaseUrl: url, sample, main: process.env.TEST_MAIN });
  try {
    return await makeTemplates({ url: stack.url, variantIds: sample, query: db.query });
  } finally {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
