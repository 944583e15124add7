import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DEVELOPMENT_PASSWORD, DEVELOPMENT_STAFF, seedPeople } from '../../tools/seed/people.ts';
import { DATA_KEYS, openPeopleShop, type PeopleShop, SECRET } from '../api/people-shop.ts';
import { freshDatabase } from '../support/database.ts';

const SEED = join(import.meta.dirname, '..', '..', 'tools', 'seed.ts');
const run = promisify(execFile);

describe('the accounts of development', function () {
  // A test starts several processes.
  this.timeout(60_000);
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  const accounts = async () => (await shop.db.query(`select is_development as "isDevelopment" from accounts`)).length;

  it('are made once, also by two who seed at the same time', async () => {
    const both = [seedPeople(shop.db, shop.deps.vault), seedPeople(shop.db, shop.deps.vault)];
    expect(await Promise.all(both)).to.deep.equal([6, 6]);
    expect(await accounts()).to.equal(6);
  });

  it('get in where development accounts may, each with its role, and nowhere else', async () => {
    const signIn = (email: string, realm = 'admin') =>
      shop.ask<{ accessToken: string }>('POST', `/${realm}/account/login`, {
        body: { email, password: DEVELOPMENT_PASSWORD },
      });
    for (const { email } of DEVELOPMENT_STAFF) expect((await signIn(email)).status, 'as in production').to.equal(401);
    shop.deps.allowsDevelopmentAccounts = true;
    for (const { email } of DEVELOPMENT_STAFF) expect((await signIn(email)).status, email).to.equal(200);
    expect((await signIn('customer@example.com', 'store')).status).to.equal(200);
    expect((await signIn('customer@example.com')).status).to.equal(401);
    const { accessToken } = (await signIn('admin@example.com')).body;
    expect((await shop.ask('GET', '/admin/staff', { token: accessToken })).status).to.equal(200);
  });

  it('are not made in production, nor without the secrets that seal them', async () => {
    const fresh = await freshDatabase();
    const seed = async (env: object) =>
      (
        await run(process.execPath, [SEED, '--products', '3'], {
          env: { ...process.env, DATABASE_URL: fresh.url, ...env },
        })
      ).stderr;
    const secrets = { APP_SECRET: SECRET, DATA_KEYS };
    try {
      expect(await seed({ ...secrets, NODE_ENV: 'production' })).to.contain('no accounts in production');
      expect(await seed({ APP_SECRET: '', DATA_KEYS: '' })).to.contain('no accounts without APP_SECRET and DATA_KEYS');
      expect(await fresh.db.query(`select 1 from accounts`)).to.deep.equal([]);
      expect(await seed(secrets)).to.equal('');
      expect(await fresh.db.query(`select 1 from accounts where is_development`)).to.have.length(6);
    } finally {
      await fresh.close();
    }
  });
});
