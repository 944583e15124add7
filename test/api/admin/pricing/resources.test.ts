import { expect } from 'chai';
import { newId } from '../../../../src/infra/ids.ts';
import { stockVariant } from '../../../support/books.ts';
import { openPeopleShop, type PeopleShop, type Refused, type Staff } from '../../people-shop.ts';

interface Row {
  id: string;
  version: number;
  name: string;
  status: string;
  [field: string]: unknown;
}

/** A new one of each kind, as small as it may be. */
const NEW: Record<string, (ids: { variantId: string }) => object> = {
  'price-lists': () => ({ name: 'Wholesale' }),
  'pricing-rules': () => ({ name: 'A tenth off', action: { kind: 'percent-off', percent: 10 } }),
  discounts: () => ({ name: 'Ten', codes: ['ten'], offer: { kind: 'percentage', percent: 10 } }),
  bundles: ({ variantId }) => ({
    slug: 'hamper',
    title: 'Hamper',
    pricing: { kind: 'sum' },
    sets: [{ title: 'Tea', minQuantity: 1, maxQuantity: 2, items: [{ variantId }] }],
  }),
  'shipping-methods': () => ({
    name: 'Courier',
    taxClass: 'test',
    zones: [
      {
        name: 'India',
        states: [],
        maxWeightGrams: null,
        rates: [{ fromWeightGrams: 0, fromSubtotal: 0, price: 4_900 }],
      },
    ],
  }),
};

describe('what prices are made of', () => {
  let shop: PeopleShop;
  let staff: Staff;
  let variantId: string;
  before(async () => {
    shop = await openPeopleShop();
    staff = await shop.staff('catalogue-manager');
    variantId = await stockVariant(shop.db.query, { stock: 10 });
  });
  after(() => shop.close());

  const ask = <T = Refused>(method: string, path: string, body?: unknown, version?: number) =>
    shop.ask<T>(method, `/admin/${path}`, {
      token: staff.accessToken,
      ...(body !== undefined && { body }),
      ...(version !== undefined && { headers: { 'if-match': `"${version}"` } }),
    });

  for (const [path, fresh] of Object.entries(NEW)) {
    it(`${path}: made, read, listed, changed in the version that was read, removed`, async () => {
      const made = await ask<Row>('POST', path, fresh({ variantId }));
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      const { id, version } = made.body;
      expect(made.headers.get('etag')).to.equal('"1"');
      expect((await ask<Row>('GET', `${path}/${id}`)).body).to.deep.equal(made.body);
      const listed = await ask<{ data: Row[] }>('GET', `${path}?limit=1`);
      expect(listed.body.data[0]?.id).to.equal(id);
      const unsaid = await ask('PATCH', `${path}/${id}`, { status: 'archived' });
      expect([unsaid.status, unsaid.body.error.code]).to.deep.equal([428, 'VERSION_REQUIRED']);
      const both = await Promise.all(
        [1, 2].map(() => ask<Row>('PATCH', `${path}/${id}`, { status: 'archived' }, version)),
      );
      expect(both.map(({ status }) => status).toSorted()).to.deep.equal([200, 412]);
      const archived = await ask<{ data: Row[] }>('GET', `${path}?status=archived`);
      expect(archived.body.data.map((row) => row.id)).to.include(id);
      const last = (await ask<Row>('GET', `${path}/${id}`)).body;
      const { version: now, updatedAt: _, status, ...rest } = last;
      expect([now, status]).to.deep.equal([2, 'archived']);
      expect(made.body).to.deep.include(rest);
      const log = await shop.db.query<{ action: string }>(
        `select action from audit_log where target_id = $1 order by id`,
        [id],
      );
      expect(log.map(({ action }) => action.split('.')[1])).to.deep.equal(['create', 'change']);
      expect((await ask('DELETE', `${path}/${id}`)).status).to.equal(204);
      expect((await ask('GET', `${path}/${id}`)).status).to.equal(404);
      const removal = `select before from audit_log where target_id = $1 and action like '%.remove'`;
      expect(await shop.db.query(removal, [id])).to.deep.equal([{ before: last }]);
    });
  }

  it('has one of each name', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => ask('POST', 'price-lists', { name: 'Twice' })));
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([201, 409, 409]);
  });

  it('names what it refers to and does not exist', async () => {
    const ids = [newId()];
    const group = await ask('POST', 'price-lists', { name: 'For nobody', groupIds: ids });
    expect([group.status, group.body.error.code]).to.deep.equal([422, 'REFERENCE_UNKNOWN']);
    expect(group.body.error.details).to.deep.equal({ field: 'groupIds', ids });
    const goods = await ask('POST', 'pricing-rules', {
      name: 'For nothing',
      include: { variantIds: ids },
      action: { kind: 'amount-off', amount: 100 },
    });
    expect(goods.body.error.details).to.deep.equal({ field: 'include.variantIds', ids });
  });

  const problemsOf = async (path: string, body: object) => {
    const { status, body: answer } = await ask('POST', path, body);
    expect([status, answer.error?.code], JSON.stringify(answer)).to.deep.equal([422, 'CONTRADICTION']);
    return (answer.error.details.problems as { where: string }[]).map(({ where }) => where);
  };

  it('names what contradicts itself', async () => {
    const [startsAt, endsAt] = ['2026-12-01T00:00:00Z', '2026-11-01T00:00:00Z'];
    expect(await problemsOf('price-lists', { name: 'Never', startsAt, endsAt })).to.deep.equal(['endsAt']);
    const action = { kind: 'fixed-price', price: 1 };
    expect(await problemsOf('pricing-rules', { name: 'Never', minQuantity: 9, maxQuantity: 3, action })).to.deep.equal([
      'maxQuantity',
    ]);
    const [include, exclude] = [{ variantIds: [variantId] }, { variantIds: [variantId] }];
    const percentage = { kind: 'percentage', percent: 10 };
    const discount = { name: 'Never', stacking: 'exclusive', stackGroup: 'a', maxUses: 1, maxUsesPerCustomer: 2 };
    expect(await problemsOf('discounts', { ...discount, include, exclude, offer: percentage })).to.deep.equal([
      'exclude',
      'stackGroup',
      'maxUsesPerCustomer',
      'codes',
    ]);
    const tier = (from: number) => ({ from, reduction: { kind: 'amount', amount: 1 } });
    const tiers = { kind: 'tiered', by: 'quantity', tiers: [tier(3), tier(3)] };
    expect(await problemsOf('discounts', { name: 'Flat', isAutomatic: true, offer: tiers })).to.deep.equal([
      'offer.tiers[1].from',
    ]);
    const set = { title: 'Tea', minQuantity: 3, maxQuantity: 4, items: [{ variantId, maxQuantity: 2 }] };
    const bundle = { slug: 'never', title: 'Never', status: 'active', pricing: { kind: 'sum' } };
    expect(await problemsOf('bundles', { ...bundle, sets: [set] })).to.deep.equal(['sets[0].items']);
    expect(await problemsOf('bundles', { ...bundle, sets: [] })).to.deep.equal(['sets']);
    const zone = (states: string[]) => ({
      name: 'Z',
      states,
      maxWeightGrams: null,
      rates: [{ fromWeightGrams: 0, fromSubtotal: 1, price: 1 }],
    });
    const zones = [zone([]), zone(['IN-KA'])];
    expect(await problemsOf('shipping-methods', { name: 'Never', taxClass: 'test', zones })).to.deep.equal([
      'zones[0].rates',
      'zones[1]',
      'zones[1].rates',
    ]);
  });

  it('are answered as they are to whoever has this version: what is counted about them changes without it', async () => {
    const made = await ask<Row>('POST', 'collections', { title: 'Counted' });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    const look = () =>
      shop.ask<Row>('GET', `/admin/collections/${made.body.id}`, {
        token: staff.accessToken,
        headers: { 'if-none-match': `"${made.body.version}"` },
      });
    expect((await look()).body.products).to.equal(0);
    const [goods] = await shop.db.query<{ id: string }>(`select product_id as id from variants where id = $1`, [
      variantId,
    ]);
    expect((await ask('PUT', `collections/${made.body.id}/products/${goods?.id}`)).status).to.equal(204);
    const { status, body } = await look();
    expect([status, body.products, body.version]).to.deep.equal([200, 1, made.body.version]);
  });

  it('keep what they name: goods, shelves and groups go only when no offer that can count names them', async () => {
    const admin = await shop.staff('admin');
    const remove = (path: string) => shop.ask<Refused>('DELETE', `/admin/${path}`, { token: admin.accessToken });
    const add = async (path: string, body: object) => {
      const made = await shop.ask<Row>('POST', `/admin/${path}`, { token: admin.accessToken, body });
      expect(made.status, JSON.stringify(made.body)).to.equal(201);
      return made.body.id;
    };
    const collection = await add('collections', { title: 'Clearance' });
    const group = await add('customer-groups', { name: 'Dealers' });
    const offer = { kind: 'percentage', percent: 10 };
    const exclude = { collectionIds: [collection] };
    const discount = await add('discounts', { name: 'Not on clearance', codes: ['notclear'], offer, exclude });
    const action = { kind: 'percent-off', percent: 5 };
    const rule = await add('pricing-rules', { name: 'This one', action, include: { variantIds: [variantId] } });
    const list = await add('price-lists', { name: 'For dealers', groupIds: [group] });
    for (const [path, type, id] of [
      [`collections/${collection}`, 'discount', discount],
      [`variants/${variantId}`, 'pricing-rule', rule],
      [`customer-groups/${group}`, 'price-list', list],
    ]) {
      const { status, body } = await remove(path ?? '');
      const by = body.error.details.by as { type: string; id: string }[];
      expect([status, body.error.code, by.map((one) => [one.type, one.id])]).to.deep.equal([
        409,
        'IN_USE',
        [[type, id]],
      ]);
    }
    expect((await ask('PATCH', `discounts/${discount}`, { status: 'archived' }, 1)).status).to.equal(200);
    expect((await remove(`collections/${collection}`)).status).to.equal(204);
    for (const path of [`pricing-rules/${rule}`, `price-lists/${list}`, `customer-groups/${group}`])
      expect((await remove(path)).status, path).to.equal(204);
  });

  it('knows at most one default method: the last one that was made so', async () => {
    const method = (name: string) => ({ ...NEW['shipping-methods']?.({ variantId }), name, isDefault: true });
    const made = await Promise.all(['A', 'B', 'C'].map((name) => ask('POST', 'shipping-methods', method(name))));
    expect(made.map(({ status }) => status)).to.deep.equal([201, 201, 201]);
    const { body } = await ask<{ data: Row[] }>('GET', 'shipping-methods');
    expect(body.data.filter(({ isDefault }) => isDefault)).to.have.lengthOf(1);
  });

  it('keeps the rates that have applied', async () => {
    const rate = (validFrom: string, percent: string) => ({ validFrom, minUnitPrice: 0, percent });
    const past = rate('2020-01-01T00:00:00.000Z', '12');
    const made = await ask<Row>('POST', 'tax-classes', { code: 'sweets', name: 'Sweets', rates: [past] });
    expect(made.status, JSON.stringify(made.body)).to.equal(201);
    const path = 'tax-classes/sweets';
    const changed = await ask('PATCH', path, { rates: [rate(past.validFrom, '5')] }, 1);
    expect([changed.status, changed.body.error.code]).to.deep.equal([422, 'CONTRADICTION']);
    const future = rate('2099-01-01T00:00:00.000Z', '5');
    const { status, body } = await ask<Row>('PATCH', path, { name: 'Mithai', rates: [past, future] }, 1);
    expect([status, body.name, body.rates]).to.deep.equal([200, 'Mithai', [past, future]]);
    expect((await ask('PATCH', path, { rates: [{ ...future, minUnitPrice: 5 }, past] }, 2)).status).to.equal(422);
    expect((await ask('DELETE', 'tax-classes/test')).body.error.code).to.equal('IN_USE');
    expect((await ask('DELETE', path)).status).to.equal(204);
  });
});
