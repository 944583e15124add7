import { expect } from 'chai';
import { STAFF_PERMISSIONS } from '../../../src/domain/access/roles.ts';
import { openPeopleShop, type PeopleShop, type Reply, type Staff } from '../people-shop.ts';

/** What a person who manages people holds, and nothing else. */
const MANAGER = ['staff:read', 'staff:manage', 'roles:manage', 'api-keys:manage', 'audit:read'];

describe('nobody gives, or takes over, what they may not do themselves', () => {
  let shop: PeopleShop;
  let admin: Staff;
  let manager: Staff;
  let strong: { id: string; version: number };
  let strongRole: { id: string; version: number };
  let strongKey: { id: string };
  before(async () => {
    shop = await openPeopleShop();
    admin = await shop.staff('admin');
    await shop.staff('admin');
    const asAdmin = async <T>(method: string, path: string, body?: object): Promise<T> =>
      (await shop.ask<T>(method, `/admin${path}`, { token: admin.accessToken, body })).body;
    await asAdmin('POST', '/roles', { name: 'people manager', permissions: MANAGER });
    strongRole = await asAdmin('POST', '/roles', { name: 'refunder', permissions: ['orders:refund'] });
    strong = await asAdmin('POST', '/staff', { email: 'strong@example.com', name: 'Strong', roleId: strongRole.id });
    strongKey = await asAdmin('POST', '/api-keys', { name: 'refunds', permissions: ['orders:refund'] });
    manager = await shop.staff('people manager');
  });
  after(() => shop.close());

  const ATTEMPTS: [what: string, attempt: () => [method: string, path: string, body?: object]][] = [
    [
      'invite into a stronger role',
      () => ['POST', '/staff', { email: 'x@example.com', name: 'X', roleId: strongRole.id }],
    ],
    ['change somebody stronger', () => ['PATCH', `/staff/${strong.id}`, { name: 'Mine' }]],
    ['block somebody stronger', () => ['POST', `/staff/${strong.id}/block`]],
    ['unblock somebody stronger', () => ['POST', `/staff/${strong.id}/unblock`]],
    ['send the invitation of somebody stronger', () => ['POST', `/staff/${strong.id}/invitation`]],
    ['take the second factor off somebody stronger', () => ['POST', `/staff/${strong.id}/mfa/reset`]],
    ['forget somebody stronger', () => ['DELETE', `/staff/${strong.id}`]],
    ['end a session of somebody stronger', () => ['DELETE', `/staff/${strong.id}/sessions/${strong.id}`]],
    ['make a stronger role', () => ['POST', '/roles', { name: 'king', permissions: ['orders:refund'] }]],
    ['change a stronger role', () => ['PATCH', `/roles/${strongRole.id}`, { name: 'weak' }]],
    ['remove a stronger role', () => ['DELETE', `/roles/${strongRole.id}`]],
    ['make a stronger key', () => ['POST', '/api-keys', { name: 'k', permissions: ['orders:refund'] }]],
    ['rotate a stronger key of another', () => ['POST', `/api-keys/${strongKey.id}/rotate`, {}]],
  ];

  for (const [what, attempt] of ATTEMPTS) {
    it(`not to ${what}`, async () => {
      const [method, path, body] = attempt();
      const request = { token: manager.accessToken, body, headers: { 'if-match': '*' } };
      const answer: Reply<{ error: { code: string; details: object } }> = await shop.ask(
        method,
        `/admin${path}`,
        request,
      );
      expect([answer.status, answer.body.error?.code]).to.deep.equal([403, 'PERMISSION_ESCALATION']);
      expect(answer.body.error.details).to.deep.equal({ permissions: ['orders:refund'] });
    });
  }

  it('not to give oneself a stronger role', async () => {
    const request = { token: manager.accessToken, body: { roleId: strongRole.id }, headers: { 'if-match': '*' } };
    const answer = await shop.ask('PATCH', `/admin/staff/${manager.accountId}`, request);
    expect(answer.body.error.code).to.equal('PERMISSION_ESCALATION');
  });

  it('but to do with equals and weaker ones what the permission says', async () => {
    const body = { name: 'reader', permissions: ['staff:read', 'audit:read'] };
    const role = await shop.ask<{ id: string }>('POST', '/admin/roles', { token: manager.accessToken, body });
    expect(role.status).to.equal(201);
    const person = { email: 'weak@example.com', name: 'Weak', roleId: role.body.id };
    const invited = await shop.ask<{ id: string }>('POST', '/admin/staff', {
      token: manager.accessToken,
      body: person,
    });
    expect(invited.status).to.equal(201);
    const blocked = await shop.ask('POST', `/admin/staff/${invited.body.id}/block`, { token: manager.accessToken });
    expect(blocked.status).to.equal(204);
  });

  it('keys get nothing that only people may do, not even from an administrator', async () => {
    for (const permission of ['staff:manage', 'roles:manage', 'api-keys:manage', 'account:read']) {
      const body = { name: 'k', permissions: [permission] };
      const answer = await shop.ask('POST', '/admin/api-keys', { token: admin.accessToken, body });
      expect([permission, answer.status]).to.deep.equal([permission, 400]);
    }
    const rest = STAFF_PERMISSIONS.filter((one) => !/:manage$/.test(one) || !/^(staff|roles|api-keys)/.test(one));
    const body = { name: 'k', permissions: rest };
    expect((await shop.ask('POST', '/admin/api-keys', { token: admin.accessToken, body })).status).to.equal(201);
  });
});
