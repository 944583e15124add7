import { expect } from 'chai';
import { BUILTIN_ROLES, STAFF_PERMISSIONS } from '../../../src/domain/access/roles.ts';
import { openPeopleShop, type PeopleShop, type Refused, type Staff } from '../people-shop.ts';

interface Role {
  id: string;
  name: string;
  permissions: string[];
  requiresMfa: boolean;
  builtin: boolean;
}

describe('roles in the admin API', () => {
  let shop: PeopleShop;
  let admin: Staff;
  before(async () => {
    shop = await openPeopleShop();
    admin = await shop.staff('admin');
  });
  after(() => shop.close());

  const ask = <T = Refused>(method: string, path: string, body?: object) =>
    shop.ask<T>(method, `/admin/roles${path}`, { token: admin.accessToken, body, headers: { 'if-match': '*' } });
  const code = async (method: string, path: string, body?: object) => (await ask(method, path, body)).body.error?.code;
  const list = async () => (await ask<{ data: Role[]; permissions: string[] }>('GET', '')).body;

  it('are the built-in ones from the start, as the code says', async () => {
    const { data, permissions } = await list();
    const builtin = data.filter((role) => role.builtin).map((role) => [role.name, role.permissions]);
    const wanted = BUILTIN_ROLES.map(({ name, permissions: held }) => [name, [...held].sort()]);
    expect(builtin).to.have.deep.members(wanted);
    expect(permissions).to.deep.equal(STAFF_PERMISSIONS);
  });

  it('of the shop are made, changed and removed', async () => {
    const { body: role } = await ask<Role>('POST', '', {
      name: 'night shift',
      permissions: ['orders:read', 'orders:read'],
    });
    expect(role).to.deep.include({ permissions: ['orders:read'], requiresMfa: false, builtin: false });
    const { body: changed } = await ask<Role>('PATCH', `/${role.id}`, { requiresMfa: true, permissions: [] });
    expect(changed).to.deep.include({ name: 'night shift', permissions: [], requiresMfa: true });
    expect((await ask<Role>('GET', `/${role.id}`)).body).to.deep.equal(changed);
    expect((await ask('DELETE', `/${role.id}`)).status).to.equal(204);
    expect(await code('GET', `/${role.id}`)).to.equal('ROLE_NOT_FOUND');
  });

  it('are listed in the order of a dictionary, the built-in ones first', async () => {
    for (const name of ['Zone lead', 'aisle', 'Éditeur', 'floor', 'Editor'])
      await ask('POST', '', { name, permissions: [] });
    const own = (await list()).data.filter((role) => !role.builtin).map(({ name }) => name);
    expect(own).to.deep.equal(['aisle', 'Éditeur', 'Editor', 'floor', 'Zone lead']);
    expect((await list()).data.slice(-own.length).map(({ name }) => name)).to.deep.equal(own);
  });

  it('that are built in can only be made to require a second factor', async () => {
    const support = (await list()).data.find(({ name }) => name === 'support');
    expect(await code('PATCH', `/${support?.id}`, { permissions: [] })).to.equal('ROLE_BUILTIN');
    expect(await code('PATCH', `/${support?.id}`, { name: 'help' })).to.equal('ROLE_BUILTIN');
    expect(await code('DELETE', `/${support?.id}`)).to.equal('ROLE_BUILTIN');
    expect((await ask<Role>('PATCH', `/${support?.id}`, { requiresMfa: true })).body.requiresMfa).to.equal(true);
  });

  it('have names of their own, and permissions that staff can have', async () => {
    await ask('POST', '', { name: 'taken', permissions: [] });
    expect(await code('POST', '', { name: 'taken', permissions: [] })).to.equal('NAME_TAKEN');
    const { body: other } = await ask<Role>('POST', '', { name: 'other', permissions: [] });
    expect(await code('PATCH', `/${other.id}`, { name: 'taken' })).to.equal('NAME_TAKEN');
    for (const permission of ['cart:create', 'account:update', 'moon:read', '*']) {
      expect(await code('POST', '', { name: 'x', permissions: [permission] }), permission).to.equal(
        'VALIDATION_FAILED',
      );
    }
  });

  it('that somebody has cannot be removed', async () => {
    const { body: role } = await ask<Role>('POST', '', { name: 'held', permissions: [] });
    await shop.staff('held');
    expect(await code('DELETE', `/${role.id}`)).to.equal('ROLE_IN_USE');
  });
});
