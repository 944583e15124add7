import { expect } from 'chai';
import { accountToken } from '../../../src/entities/account/account-token.ts';
import { openPeopleShop, type PeopleShop, type Refused, type Reply, SECRET, type Staff } from '../people-shop.ts';

interface Person {
  id: string;
  version: number;
  status: string;
  invited: boolean;
  role: { name: string };
}

interface Page {
  data: Person[];
  nextCursor: string | null;
}

describe('staff in the admin API', () => {
  let shop: PeopleShop;
  let admin: Staff;
  let roles: Record<string, string>;
  before(async () => {
    shop = await openPeopleShop();
    admin = await shop.staff('admin');
    const rows = await shop.db.query<{ id: string; name: string }>(`select id, name from roles`);
    roles = Object.fromEntries(rows.map(({ id, name }) => [name, id]));
  });
  after(() => shop.close());

  const ask = <T = Refused>(method: string, path: string, body?: object, headers = {}): Promise<Reply<T>> =>
    shop.ask<T>(method, `/admin${path}`, { token: admin.accessToken, body, headers });
  let count = 0;
  const invite = async (role = 'support') => {
    const body = { email: `staff-${++count}@example.com`, name: 'Ravi', roleId: roles[role] };
    return { email: body.email, ...(await ask<Person>('POST', '/staff', body)).body };
  };
  /** The token in the mail that was sent last. */
  const invitationOf = async (id: string): Promise<string> => {
    const [row] = await shop.db.query<{ tokenId: string }>(
      `select payload->>'tokenId' as "tokenId" from outbox where payload->>'accountId' = $1 order by id desc limit 1`,
      [id],
    );
    return accountToken(SECRET, { id: row?.tokenId ?? '', purpose: 'invitation' });
  };

  it('are invited by mail, choose a password and sign in; an invitation works once', async () => {
    const { id, email, invited } = await invite();
    expect(invited).to.equal(true);
    const reset = { body: { token: await invitationOf(id), newPassword: 'chosen by myself' } };
    expect((await shop.ask('POST', '/admin/account/password/reset', reset)).status).to.equal(204);
    expect((await shop.ask('POST', '/admin/account/password/reset', reset)).body.error.code).to.equal('LINK_INVALID');
    const credentials = { body: { email, password: 'chosen by myself' } };
    expect((await shop.ask('POST', '/admin/account/login', credentials)).status).to.equal(200);
    expect((await shop.ask('POST', '/store/account/login', credentials)).status, 'not as a customer').to.equal(401);
    expect((await ask<Person>('GET', `/staff/${id}`)).body.invited).to.equal(false);
    expect((await ask('POST', `/staff/${id}/invitation`)).body.error.code).to.equal('ACCOUNT_STATE_CONFLICT');
  });

  it('are invited again, which voids the invitation before', async () => {
    const { id } = await invite();
    const first = await invitationOf(id);
    expect((await ask('POST', `/staff/${id}/invitation`)).status).to.equal(204);
    const choose = (token: string) =>
      shop.ask('POST', '/admin/account/password/reset', { body: { token, newPassword: 'chosen by myself' } });
    expect((await choose(first)).status).to.equal(422);
    expect((await choose(await invitationOf(id))).status).to.equal(204);
  });

  it('have an e-mail address of their own, and a role that exists', async () => {
    const { email } = await invite();
    const again = { email: email.toUpperCase(), name: 'Other', roleId: roles.support };
    expect((await ask('POST', '/staff', again)).body.error.code).to.equal('EMAIL_TAKEN');
    const nowhere = { email: 'nowhere@example.com', name: 'Other', roleId: '01a20a2c-c2b9-74a9-b3b3-847c8fe28bb2' };
    expect((await ask('POST', '/staff', nowhere)).body.error.code).to.equal('ROLE_NOT_FOUND');
    await shop.register({ email: 'both@example.com' });
    const both = { email: 'both@example.com', name: 'Both', roleId: roles.support };
    expect((await ask('POST', '/staff', both)).status, 'a customer may also be staff').to.equal(201);
  });

  it('are changed by whoever has read them last', async () => {
    const { id } = await invite();
    const read = await ask<Person>('GET', `/staff/${id}`);
    expect(read.headers.get('etag')).to.equal('"1"');
    const change = (headers: object) => ask('PATCH', `/staff/${id}`, { name: 'Other' }, headers);
    expect((await change({})).body.error.code).to.equal('VERSION_REQUIRED');
    expect((await change({ 'if-match': '"1"' })).headers.get('etag')).to.equal('"2"');
    const stale = await change({ 'if-match': '"1"' });
    expect([stale.status, stale.body.error.code, stale.headers.get('etag')]).to.deep.equal([
      412,
      'VERSION_MISMATCH',
      '"2"',
    ]);
    const both = await Promise.all([change({ 'if-match': '"2"' }), change({ 'if-match': '"2"' })]);
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 412]);
  });

  it('are listed page by page', async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path: string = `/staff?limit=2${cursor && `&cursor=${cursor}`}`;
      const { body }: Reply<Page> = await ask<Page>('GET', path);
      ids.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    const rows = await shop.db.query(`select id from accounts where kind = 'staff' and status <> 'erased'`);
    expect(new Set(ids).size).to.equal(rows.length);
  });

  it('who are forgotten, or customers, or nobody, are not found', async () => {
    const { id } = await invite();
    expect((await ask('DELETE', `/staff/${id}`)).status).to.equal(204);
    const { customer } = await shop.register();
    for (const gone of [id, customer.id, '01a20a2c-c2b9-74a9-b3b3-847c8fe28bb2']) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/block'],
        ['POST', '/mfa/reset'],
      ]) {
        const answer = await ask(method ?? '', `/staff/${gone}${path}`);
        expect([answer.status, answer.body.error.code]).to.deep.equal([404, 'STAFF_NOT_FOUND']);
      }
    }
  });

  it('made twice with one idempotency key are one', async () => {
    const body = { email: 'once@example.com', name: 'Once', roleId: roles.support };
    const once = () => ask<Person>('POST', '/staff', body, { 'idempotency-key': 'once' });
    const [first, second] = [await once(), await once()];
    expect([second.status, second.body.id]).to.deep.equal([201, first.body.id]);
    const [kept] = await shop.db.query<{ text: string }>(
      `select k::text as text from idempotency_keys k where key = 'once'`,
    );
    expect(kept?.text, 'the kept answer is sealed').not.to.contain('once@example.com');
  });
});
