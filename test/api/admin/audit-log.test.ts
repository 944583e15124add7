import { expect } from 'chai';
import { openPeopleShop, type PeopleShop, type Staff } from '../people-shop.ts';

interface Entry {
  id: string;
  at: string;
  actor: { kind: string; id: string };
  action: string;
  target: { type: string; id: string };
  before: object | null;
  after: object | null;
  requestId: string;
}

const ADDRESS = { line1: 'Planted Road 1', city: 'Bengaluru', state: 'IN-KA', postalCode: '560001', country: 'IN' };

describe('the audit log', () => {
  let shop: PeopleShop;
  let admin: Staff;
  before(async () => {
    shop = await openPeopleShop();
    admin = await shop.staff('admin');
  });
  after(() => shop.close());

  const read = async (query = '') =>
    (
      await shop.ask<{ data: Entry[]; nextCursor: string | null }>('GET', `/admin/audit-log?${query}`, {
        token: admin.accessToken,
      })
    ).body;
  const rows = async () => (await shop.db.query(`select 1 from audit_log`)).length;

  it('has one entry of every change, and none of what was refused', async () => {
    const { customer } = await shop.register({ name: 'Planted Name' });
    const ids: Record<string, string> = { customer: customer.id };
    const STEPS: [method: string, path: () => string, body?: object, keep?: string][] = [
      ['POST', () => '/roles', { name: 'one', permissions: ['staff:read'] }, 'role'],
      ['PATCH', () => `/roles/${ids.role}`, { requiresMfa: true }],
      [
        'POST',
        () => '/staff',
        { email: 'planted@example.com', name: 'Planted Staff', phone: '+91 99999 00000' },
        'staff',
      ],
      ['PATCH', () => `/staff/${ids.staff}`, { name: 'Planted Other' }],
      ['POST', () => `/staff/${ids.staff}/invitation`],
      ['POST', () => `/staff/${ids.staff}/block`],
      ['POST', () => `/staff/${ids.staff}/unblock`],
      ['DELETE', () => `/staff/${ids.staff}`],
      ['PATCH', () => `/customers/${ids.customer}`, { name: 'Planted Third', email: 'planted-2@example.com' }],
      ['POST', () => `/customers/${ids.customer}/addresses`, { name: 'Planted Home', ...ADDRESS }, 'address'],
      ['PATCH', () => `/customers/${ids.customer}/addresses/${ids.address}`, { isDefault: true }],
      ['DELETE', () => `/customers/${ids.customer}/addresses/${ids.address}`],
      ['POST', () => `/customers/${ids.customer}/password-reset`],
      ['POST', () => `/customers/${ids.customer}/logout-everywhere`],
      ['POST', () => `/customers/${ids.customer}/block`],
      ['POST', () => `/customers/${ids.customer}/unblock`],
      ['POST', () => '/customer-groups', { name: 'VIP' }, 'group'],
      ['PATCH', () => `/customer-groups/${ids.group}`, { name: 'Very VIP' }],
      ['PUT', () => `/customer-groups/${ids.group}/members/${ids.customer}`],
      ['DELETE', () => `/customer-groups/${ids.group}/members/${ids.customer}`],
      ['DELETE', () => `/customer-groups/${ids.group}`],
      ['POST', () => '/api-keys', { name: 'k', permissions: ['staff:read'] }, 'key'],
      ['POST', () => `/api-keys/${ids.key}/rotate`, {}],
      ['DELETE', () => `/api-keys/${ids.key}`],
      ['POST', () => `/customers/${ids.customer}/erasure`],
    ];
    for (const [method, path, body, keep] of STEPS) {
      const count = await rows();
      const given = keep === 'staff' ? { ...body, roleId: ids.role } : body;
      const headers = { 'if-match': '*', 'x-request-id': `step-${count}` };
      const answer = await shop.ask<{ id: string }>(method, `/admin${path()}`, {
        token: admin.accessToken,
        body: given,
        headers,
      });
      expect(answer.status, `${method} ${path()} ${JSON.stringify(answer.body)}`).to.be.within(200, 204);
      if (keep) ids[keep] = answer.body.id;
      expect(await rows(), `${method} ${path()}`).to.equal(count + 1);
      const [entry] = (await read('limit=1')).data;
      expect(entry).to.deep.include({ requestId: `step-${count}`, actor: { kind: 'staff', id: admin.accountId } });
      const refused = await shop.ask(method, `/admin${path()}`, {
        token: admin.accessToken,
        body: { nonsense: 1 },
        headers,
      });
      if (refused.status >= 400) expect(await rows(), `refused ${method} ${path()}`).to.equal(count + 1);
    }
    const [all] = await shop.db.query<{ text: string }>(`select string_agg(a::text, ' ') as text from audit_log a`);
    expect(all?.text).not.to.match(/planted|99999/i);
    expect(all?.text).to.contain('Very VIP').and.to.contain('•');
  });

  it('says what was before and what is after', async () => {
    const body = { name: 'told', permissions: ['staff:read'] };
    const role = await shop.ask<{ id: string }>('POST', '/admin/roles', { token: admin.accessToken, body });
    const change = { token: admin.accessToken, body: { permissions: ['audit:read'] }, headers: { 'if-match': '"1"' } };
    await shop.ask('PATCH', `/admin/roles/${role.body.id}`, change);
    const { data } = await read(`targetType=role&targetId=${role.body.id}`);
    expect(data.map(({ action }) => action)).to.deep.equal(['role.change', 'role.create']);
    expect(data[0]).to.deep.include({
      before: { name: 'told', permissions: ['staff:read'], requiresMfa: false },
      after: { permissions: ['audit:read'] },
    });
  });

  it('is read page by page, newest first, and by what one looks for', async () => {
    const pages: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof read>> = await read(`limit=4${cursor && `&cursor=${cursor}`}`);
      pages.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(pages).to.deep.equal([...new Set(pages)].sort().reverse());
    expect(pages).to.have.length(await rows());
    expect((await read(`actorId=${admin.accountId}&action=api-key.rotate`)).data).to.have.length(1);
    expect((await read('to=2020-01-01T00:00:00Z')).data).to.deep.equal([]);
    const { nextCursor } = await read('limit=1');
    const other = await shop.ask('GET', `/admin/audit-log?action=x&cursor=${nextCursor}`, { token: admin.accessToken });
    expect([other.status, other.body.error.code]).to.deep.equal([400, 'CURSOR_INVALID']);
  });

  it('cannot be changed, not even in the database', async () => {
    for (const sql of [`update audit_log set action = 'x'`, `delete from audit_log`, `truncate audit_log`]) {
      const refusal = await shop.db.query(sql).then(
        () => 'done',
        (error: Error) => error.message,
      );
      expect(refusal, sql).to.equal('the audit log is append-only');
    }
  });
});
