import { expect } from 'chai';
import { openPeopleShop, type PeopleShop, type Staff } from '../people-shop.ts';

describe('the shop keeps an administrator', () => {
  let shop: PeopleShop;
  let first: Staff;
  let analysts: string;
  beforeEach(async () => {
    shop = await openPeopleShop();
    first = await shop.staff('admin');
    const [role] = await shop.db.query<{ id: string }>(`select id from roles where name = 'analyst'`);
    analysts = role?.id ?? '';
  });
  afterEach(() => shop.close());

  const actives = async () => {
    const [row] = await shop.db.query<{ count: number }>(
      `select count(*)::int as count from accounts a join roles r on r.id = a.role_id where r.name = 'admin' and a.status = 'active'`,
    );
    return row?.count;
  };

  it('whatever two of them do to each other ten times at once', async () => {
    const second = await shop.staff('admin');
    const ways = (of: string): [string, string, object?][] => [
      ['POST', `/admin/staff/${of}/block`],
      ['DELETE', `/admin/staff/${of}`],
      ['PATCH', `/admin/staff/${of}`, { roleId: analysts }],
    ];
    const attempts = Array.from({ length: 10 }, (_, index) => {
      const [by, of] = index % 2 === 0 ? [first, second] : [second, first];
      const [method, path, body] = ways(of.accountId)[index % 3] ?? ['GET', '/'];
      return shop.ask(method, path, { token: by.accessToken, body, headers: { 'if-match': '*' } });
    });
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(
      statuses.filter((status) => status < 300),
      statuses.join(),
    ).to.have.length.at.least(1);
    expect(
      statuses.every((status) => status < 500),
      statuses.join(),
    ).to.equal(true);
    expect(await actives()).to.equal(1);
  });

  it('who cannot give the role away', async () => {
    const request = { token: first.accessToken, body: { roleId: analysts }, headers: { 'if-match': '"1"' } };
    const answer = await shop.ask('PATCH', `/admin/staff/${first.accountId}`, request);
    expect([answer.status, answer.body.error.code]).to.deep.equal([409, 'LAST_ADMIN']);
    await shop.staff('admin');
    expect((await shop.ask('PATCH', `/admin/staff/${first.accountId}`, request)).status).to.equal(200);
  });

  it('and who was only invited does not count', async () => {
    const [role] = await shop.db.query<{ id: string }>(`select id from roles where name = 'admin'`);
    await shop.account({ kind: 'staff', roleId: role?.id ?? '', passwordHash: null });
    const request = { token: first.accessToken, body: { roleId: analysts }, headers: { 'if-match': '"1"' } };
    expect((await shop.ask('PATCH', `/admin/staff/${first.accountId}`, request)).status).to.equal(409);
  });

  it('nobody blocks or forgets themselves', async () => {
    await shop.staff('admin');
    for (const [method, path] of [
      ['POST', `/admin/staff/${first.accountId}/block`],
      ['DELETE', `/admin/staff/${first.accountId}`],
    ]) {
      const answer = await shop.ask(method ?? '', path ?? '', { token: first.accessToken });
      expect([answer.status, answer.body.error.code]).to.deep.equal([409, 'ACCOUNT_STATE_CONFLICT']);
    }
  });
});
