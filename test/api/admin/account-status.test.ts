import { expect } from 'chai';
import { waitFor } from '../../support/wait-for.ts';
import { openPeopleShop, type PeopleShop, type Staff } from '../people-shop.ts';

/** What is taken away counts everywhere within a second. */
const SOON_MS = 1_000;

describe('what somebody may do is what they may do now', () => {
  let shop: PeopleShop;
  let admin: Staff;
  before(async () => {
    shop = await openPeopleShop();
    admin = await shop.staff('admin');
  });
  after(() => shop.close());

  const asAdmin = async <T = { id: string }>(method: string, path: string, body?: object): Promise<T> => {
    const request = { token: admin.accessToken, body, headers: { 'if-match': '*' } };
    const answer = await shop.ask<T>(method, `/admin${path}`, request);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const roleNamed = (name: string, permissions: string[]) => asAdmin('POST', '/roles', { name, permissions });
  const keyOf = async ({ accessToken }: Staff, permissions: string[]): Promise<string> => {
    const body = { name: 'key', permissions };
    return (await shop.ask<{ secret: string }>('POST', '/admin/api-keys', { token: accessToken, body })).body.secret;
  };
  const becomes = (what: string, status: number, ask: () => Promise<{ status: number }>) =>
    waitFor(what, async () => (await ask()).status === status, SOON_MS);

  it('who is blocked is out, with session and keys, and in again with a new session', async () => {
    await roleNamed('keeper', ['staff:read', 'api-keys:manage']);
    const keeper = await shop.staff('keeper');
    const key = await keyOf(keeper, ['staff:read']);
    const bySession = () => shop.ask('GET', '/admin/staff', { token: keeper.accessToken });
    const byKey = () => shop.ask('GET', '/admin/staff', { key });
    expect([(await bySession()).status, (await byKey()).status]).to.deep.equal([200, 200]);
    await asAdmin('POST', `/staff/${keeper.accountId}/block`);
    await Promise.all([becomes('the session ends', 401, bySession), becomes('the key stops', 401, byKey)]);
    await asAdmin('POST', `/staff/${keeper.accountId}/unblock`);
    await becomes('the key works again', 200, byKey);
    expect((await bySession()).status, 'a revoked session stays revoked').to.equal(401);
  });

  it('a role that gets weaker weakens sessions and keys', async () => {
    const role = await roleNamed('shrinking', ['staff:read', 'audit:read', 'api-keys:manage']);
    const holder = await shop.staff('shrinking');
    const key = await keyOf(holder, ['audit:read']);
    expect((await shop.ask('GET', '/admin/audit-log', { key })).status).to.equal(200);
    await asAdmin('PATCH', `/roles/${role.id}`, { permissions: ['staff:read', 'api-keys:manage'] });
    await becomes('the session may less', 403, () =>
      shop.ask('GET', '/admin/audit-log', { token: holder.accessToken }),
    );
    await becomes('the key may less', 403, () => shop.ask('GET', '/admin/audit-log', { key }));
  });

  it('a role that requires a second factor closes sessions that have none', async () => {
    const role = await roleNamed('careful', ['staff:read']);
    const holder = await shop.staff('careful');
    await asAdmin('PATCH', `/roles/${role.id}`, { requiresMfa: true });
    await becomes('the session is closed', 403, () => shop.ask('GET', '/admin/staff', { token: holder.accessToken }));
    const { body } = await shop.ask('GET', '/admin/staff', { token: holder.accessToken });
    expect(body.error.code).to.equal('MFA_REQUIRED');
    expect((await shop.ask('POST', '/admin/account/logout', { token: holder.accessToken })).status).to.equal(204);
  });

  it('a revoked session of somebody else is over', async () => {
    await roleNamed('visitor', ['staff:read']);
    const visitor = await shop.staff('visitor');
    const { data } = await asAdmin<{ data: { id: string }[] }>('GET', `/staff/${visitor.accountId}/sessions`);
    expect(data).to.have.length(1);
    await asAdmin('DELETE', `/staff/${visitor.accountId}/sessions/${data[0]?.id}`);
    await becomes('it is over', 401, () => shop.ask('GET', '/admin/staff', { token: visitor.accessToken }));
  });

  it('who is forgotten is out for good, and so are the keys', async () => {
    await roleNamed('leaver', ['staff:read', 'api-keys:manage']);
    const leaver = await shop.staff('leaver');
    const key = await keyOf(leaver, ['staff:read']);
    await asAdmin('DELETE', `/staff/${leaver.accountId}`);
    await becomes('the key stops', 401, () => shop.ask('GET', '/admin/staff', { key }));
    const [row] = await shop.db.query(`select email, name, password_hash as hash from accounts where id = $1`, [
      leaver.accountId,
    ]);
    expect(row).to.deep.equal({ email: null, name: null, hash: null });
  });
});
