import { expect } from 'chai';
import { waitFor } from '../../support/wait-for.ts';
import { openPeopleShop, PASSWORD, type PeopleShop, type Refused, type Staff } from '../people-shop.ts';

interface Customer {
  id: string;
  email: string;
  name: string;
  status: string;
  emailVerified: boolean;
  groups: { id: string; name: string }[];
}

describe('customers and their groups in the admin API', () => {
  let shop: PeopleShop;
  let support: Staff;
  before(async () => {
    shop = await openPeopleShop();
    support = await shop.staff('support');
  });
  after(() => shop.close());

  const ask = <T = Refused>(method: string, path: string, body?: object) =>
    shop.ask<T>(method, `/admin${path}`, { token: support.accessToken, body, headers: { 'if-match': '*' } });
  const code = async (method: string, path: string, body?: object) => (await ask(method, path, body)).body.error?.code;
  const find = async (query: string) => (await ask<{ data: Customer[] }>('GET', `/customers?${query}`)).body.data;

  it('are found by their whole e-mail address in any spelling, and by nothing less', async () => {
    const { customer } = await shop.register({ email: 'Findme@Example.com' });
    expect((await find('email=findme@example.com')).map(({ id }) => id)).to.deep.equal([customer.id]);
    expect(await find('email=findm@example.com')).to.deep.equal([]);
    const read = await ask<Customer>('GET', `/customers/${customer.id}`);
    expect(read.body).to.include({ email: 'Findme@Example.com', status: 'active', emailVerified: false });
    expect(read.headers.get('etag')).to.equal('"1"');
  });

  it('are changed; another e-mail address gets a mail and has to be free', async () => {
    const [{ customer }, other] = [await shop.register(), await shop.register()];
    await shop.db.query(`update accounts set email_verified_at = now() where id = $1`, [customer.id]);
    const body = { name: 'Other Name', email: 'changed@example.com' };
    const changed = await ask<Customer>('PATCH', `/customers/${customer.id}`, body);
    expect(changed.body).to.include({ ...body, emailVerified: false });
    const mails = await shop.db.query(
      `select payload->>'letter' as letter from outbox where payload->>'accountId' = $1 order by id`,
      [customer.id],
    );
    expect(mails.slice(-2)).to.deep.equal([{ letter: 'verify-email' }, { letter: 'email-changed' }]);
    expect(await code('PATCH', `/customers/${customer.id}`, { email: other.email })).to.equal('EMAIL_TAKEN');
  });

  it('who are blocked are out within a second, and in again when they may', async () => {
    const { customer, accessToken, email } = await shop.register();
    const login = () => shop.ask('POST', '/store/account/login', { body: { email, password: PASSWORD } });
    expect((await ask('POST', `/customers/${customer.id}/block`)).status).to.equal(204);
    const isOut = async () => (await shop.ask('GET', '/store/account', { token: accessToken })).status === 401;
    await waitFor('the session is refused', isOut, 1_000);
    expect((await login()).status).to.equal(401);
    expect(await code('POST', `/customers/${customer.id}/block`)).to.equal('ACCOUNT_STATE_CONFLICT');
    expect((await find('status=blocked')).map(({ id }) => id)).to.deep.equal([customer.id]);
    expect((await ask('POST', `/customers/${customer.id}/unblock`)).status).to.equal(204);
    expect((await login()).status).to.equal(200);
  });

  it('are signed out everywhere, and sent a mail to choose a password', async () => {
    const { customer, accessToken } = await shop.register();
    expect((await ask('POST', `/customers/${customer.id}/logout-everywhere`)).status).to.equal(204);
    const isOut = async () => (await shop.ask('GET', '/store/account', { token: accessToken })).status === 401;
    await waitFor('the session is refused', isOut, 1_000);
    expect((await ask('POST', `/customers/${customer.id}/password-reset`)).status).to.equal(204);
    const [mail] = await shop.db.query(`select payload->>'letter' as letter from outbox order by id desc limit 1`);
    expect(mail).to.deep.equal({ letter: 'reset-password' });
  });

  it('are put into groups and taken out, once or twice', async () => {
    const { customer } = await shop.register();
    const group = (await ask<{ id: string }>('POST', '/customer-groups', { name: 'Wholesale' })).body;
    const member = `/customer-groups/${group.id}/members/${customer.id}`;
    for (const _ of ['once', 'twice']) expect((await ask('PUT', member)).status).to.equal(204);
    expect((await find(`groupId=${group.id}`)).map(({ groups }) => groups)).to.deep.equal([
      [{ id: group.id, name: 'Wholesale' }],
    ]);
    expect(await code('DELETE', `/customer-groups/${group.id}`)).to.equal('CUSTOMER_GROUP_IN_USE');
    for (const _ of ['once', 'twice']) expect((await ask('DELETE', member)).status).to.equal(204);
    expect((await ask('DELETE', `/customer-groups/${group.id}`)).status).to.equal(204);
    expect(await code('PUT', member)).to.equal('CUSTOMER_GROUP_NOT_FOUND');
  });

  it('are in groups whose names differ in more than their case', async () => {
    const { body } = await ask<{ id: string }>('POST', '/customer-groups', { name: 'Friends' });
    expect(await code('POST', '/customer-groups', { name: 'friends' })).to.equal('NAME_TAKEN');
    const renamed = await ask<{ name: string; version: number }>('PATCH', `/customer-groups/${body.id}`, {
      name: 'Family',
    });
    expect(renamed.body).to.include({ name: 'Family', version: 2 });
  });

  it('have their groups in the order of a dictionary, as the list of all groups', async () => {
    const { customer } = await shop.register();
    const names = ['Élan', 'elder', 'Zenith', 'Embassy', 'agents'];
    for (const name of names) {
      const { body } = await ask<{ id: string }>('POST', '/customer-groups', { name });
      await ask('PUT', `/customer-groups/${body.id}/members/${customer.id}`);
    }
    const sorted = ['agents', 'Élan', 'elder', 'Embassy', 'Zenith'];
    const { body } = await ask<Customer>('GET', `/customers/${customer.id}`);
    expect(body.groups.map(({ name }) => name)).to.deep.equal(sorted);
    const all = (await ask<{ data: { name: string }[] }>('GET', '/customer-groups')).body.data;
    expect(all.map(({ name }) => name).filter((name) => names.includes(name))).to.deep.equal(sorted);
  });

  it('are no staff, and staff are no customers', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/block'],
      ['POST', '/erasure'],
      ['GET', '/export'],
    ]) {
      const found = await shop.ask(method ?? '', `/admin/customers/${support.accountId}${path}`, {
        token: (await shop.staff('admin')).accessToken,
      });
      expect([method, path, found.status, found.body.error.code]).to.deep.equal([
        method,
        path,
        404,
        'CUSTOMER_NOT_FOUND',
      ]);
    }
  });
});
