import { expect } from 'chai';
import { waitFor } from '../../support/wait-for.ts';
import { openPeopleShop, type PeopleShop, type Staff } from '../people-shop.ts';

interface Key {
  id: string;
  secret: string;
  lastUsedAt: string | null;
}

describe('API keys', () => {
  let shop: PeopleShop;
  let admin: Staff;
  before(async () => {
    shop = await openPeopleShop();
    admin = await shop.staff('admin');
  });
  after(() => shop.close());

  const make = async (permissions: string[], rest: object = {}, headers = {}) => {
    const body = { name: 'a service', permissions, ...rest };
    return shop.ask<Key>('POST', '/admin/api-keys', { token: admin.accessToken, body, headers });
  };
  const use = async (key: string, path = '/admin/staff') => (await shop.ask('GET', path, { key })).status;

  it('are told once and kept only as a hash', async () => {
    const { body } = await make(['staff:read']);
    expect(body.secret).to.match(/^vk_[\w-]{43}$/);
    const [row] = await shop.db.query(`select k::text as text from api_keys k where id = $1`, [body.id]);
    expect(JSON.stringify(row)).not.to.contain(body.secret);
    const listed = await shop.ask('GET', '/admin/api-keys', { token: admin.accessToken });
    expect(JSON.stringify(listed.body)).to.contain(body.id).and.not.to.contain(body.secret).and.not.to.contain('hash');
  });

  it('made twice with one idempotency key are one, whose secret is not told again', async () => {
    const headers = { 'idempotency-key': 'make-a-key' };
    const [first, second] = [await make(['staff:read'], {}, headers), await make(['staff:read'], {}, headers)];
    expect(second.body.id).to.equal(first.body.id);
    expect([typeof first.body.secret, typeof second.body.secret]).to.deep.equal(['string', 'undefined']);
  });

  it('import products only when they may both make and change them', async () => {
    const send = async (permissions: string[]) => {
      const { secret } = (await make(permissions)).body;
      const headers = { 'content-type': 'text/csv', 'x-api-key': secret };
      const answer = await fetch(`${shop.url}/api/v1/admin/products/imports`, {
        method: 'POST',
        headers,
        body: 'slug',
      });
      return answer.status;
    };
    expect(await send(['products:create'])).to.equal(403);
    expect(await send(['products:update'])).to.equal(403);
    expect(await send(['products:create', 'products:update'])).to.equal(422);
  });

  it('do what they were made for and nothing else, and nothing that is for people', async () => {
    const { secret } = (await make(['customers:read', 'staff:read'])).body;
    expect(await use(secret)).to.equal(200);
    expect(await use(secret, '/admin/customers')).to.equal(200);
    expect(await use(secret, '/admin/audit-log')).to.equal(403);
    expect(await use(secret, '/admin/api-keys')).to.equal(403);
    expect(await use(secret, '/admin/account')).to.equal(403);
    expect(await use(secret, '/store/account')).to.equal(403);
    expect(await use(`${secret}x`)).to.equal(401);
  });

  it('tell when they were used last', async () => {
    const { id, secret } = (await make(['staff:read'])).body;
    await use(secret);
    await waitFor('the use is written down', async () => {
      const { body } = await shop.ask<{ data: Key[] }>('GET', '/admin/api-keys', { token: admin.accessToken });
      return body.data.find((key) => key.id === id)?.lastUsedAt !== null;
    });
  });

  it('are rotated: the secret before works as long as it was given, and not a moment if it was not', async () => {
    const rotate = async (id: string, graceSeconds: number) => {
      const body = { graceSeconds };
      const answer = await shop.ask<Key>('POST', `/admin/api-keys/${id}/rotate`, { token: admin.accessToken, body });
      return answer.body.secret;
    };
    const { id, secret: first } = (await make(['staff:read'])).body;
    const second = await rotate(id, 3_600);
    expect([await use(first), await use(second)]).to.deep.equal([200, 200]);
    const third = await rotate(id, 0);
    expect(await use(third)).to.equal(200);
    // What two rotations ago was given is over with the next one.
    await waitFor('the first is over', async () => (await use(first)) === 401, 1_000);
    await waitFor('the second is over', async () => (await use(second)) === 401, 1_000);
  });

  it('end: by their date, and within a second of being revoked', async () => {
    const past = (await make(['staff:read'], { expiresAt: '2020-01-01T00:00:00Z' })).body;
    expect(await use(past.secret)).to.equal(401);
    const { id, secret } = (await make(['staff:read'])).body;
    expect(await use(secret)).to.equal(200);
    const revoked = await shop.ask('DELETE', `/admin/api-keys/${id}`, { token: admin.accessToken });
    expect(revoked.status).to.equal(204);
    await waitFor('it is over', async () => (await use(secret)) === 401, 1_000);
    const again = await shop.ask('DELETE', `/admin/api-keys/${id}`, { token: admin.accessToken });
    expect([again.status, again.body.error.code]).to.deep.equal([404, 'API_KEY_NOT_FOUND']);
  });
});
