import { expect } from 'chai';
import { stockVariant } from '../../../support/books.ts';
import type { Cart } from '../../../support/shop.ts';
import { openPeopleShop, type PeopleShop, type Refused, type Staff } from '../../people-shop.ts';

interface Priced {
  applies: boolean;
  reason: string | null;
  amount: number;
  without: { total: number };
  with: { totals: { total: number }; explanation: { id?: string; skipped?: string }[] };
}

describe('discounts and prices of the shop', () => {
  let shop: PeopleShop;
  let staff: Staff;
  let variantId: string;
  before(async () => {
    shop = await openPeopleShop();
    staff = await shop.staff('catalogue-manager');
    variantId = await stockVariant(shop.db.query, { stock: 1_000, price: 10_000 });
  });
  after(() => shop.close());

  const ask = <T = Refused>(method: string, path: string, body?: unknown, headers = {}) =>
    shop.ask<T>(method, `/admin/${path}`, { token: staff.accessToken, headers, ...(body !== undefined && { body }) });

  async function make(path: string, body: object): Promise<{ id: string; version: number }> {
    const answer = await ask<{ id: string; version: number }>('POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  }

  const cartOf = async (quantity: number, token?: string): Promise<Cart> => {
    const request = { body: { items: [{ variantId, quantity }] }, ...(token && { token }) };
    return (await shop.ask<Cart>('POST', '/store/cart', request)).body;
  };

  const enter = ({ id, cartToken }: Cart, code: string) =>
    shop.ask<Cart & Refused>('POST', `/store/cart/${id}/discounts`, { cartToken, body: { code } });

  it('gives the members of a group their prices, by quantity, and nobody else', async () => {
    const group = await ask<{ id: string }>('POST', 'customer-groups', { name: 'Trade' });
    const manager = await shop.staff('admin');
    const trade = await shop.ask<{ id: string }>('POST', '/admin/customer-groups', {
      token: manager.accessToken,
      body: { name: 'Trade' },
    });
    expect(group.status).to.equal(403);
    const { id, version } = await make('price-lists', { name: 'Trade', groupIds: [trade.body.id] });
    const entries = [1, 10].map((minQuantity) => ({ variantId, minQuantity, price: 9_000 - minQuantity * 100 }));
    const put = await ask<{ version: number; entries: number }>(
      'PUT',
      `price-lists/${id}/entries`,
      { entries },
      { 'if-match': `"${version}"` },
    );
    expect([put.status, put.body.entries, put.body.version]).to.deep.equal([200, 2, 2]);
    const page = await ask<{ data: object[]; nextCursor: string }>('GET', `price-lists/${id}/entries?limit=1`);
    const rest = await ask<{ data: object[]; nextCursor: null }>(
      'GET',
      `price-lists/${id}/entries?limit=1&cursor=${page.body.nextCursor}`,
    );
    expect([...page.body.data, ...rest.body.data]).to.deep.equal(entries);
    expect(rest.body.nextCursor).to.equal(null);

    const asha = await shop.register();
    const member = `/admin/customer-groups/${trade.body.id}/members/${asha.customer.id}`;
    expect((await cartOf(10, asha.accessToken)).totals.total).to.equal(100_000);
    await shop.ask('PUT', member, { token: manager.accessToken });
    expect((await cartOf(9, asha.accessToken)).totals.total).to.equal(9 * 8_900);
    expect((await cartOf(10, asha.accessToken)).totals.total).to.equal(10 * 8_000);
    expect((await cartOf(10)).totals.total).to.equal(100_000);
    const tried = await make('discounts', {
      name: 'A tenth',
      status: 'paused',
      offer: { kind: 'percentage', percent: 10 },
    });
    const items = [{ variantId, quantity: 10 }];
    const preview = (groupIds: string[]) =>
      ask<Priced>('POST', `discounts/${tried.id}/preview`, { items, groupIds }).then(({ body }) => body.without.total);
    expect(await preview([trade.body.id]), 'what a member would pay').to.equal(10 * 8_000);
    expect(await preview([])).to.equal(100_000);
    expect((await ask('DELETE', `price-lists/${id}/entries/${variantId}`)).status).to.equal(204);
    expect((await cartOf(10, asha.accessToken)).totals.total).to.equal(100_000);
  });

  it('makes codes that nobody can guess, each for one use', async () => {
    const offer = { kind: 'fixed-amount', amount: 1_000, per: 'order' };
    const { id } = await make('discounts', { name: 'Diwali', status: 'paused', offer });
    const made = await ask<{ codes: string[] }>('POST', `discounts/${id}/codes/generate`, {
      count: 2_000,
      prefix: 'DIWALI-',
    });
    expect(made.status).to.equal(201);
    expect(new Set(made.body.codes).size).to.equal(2_000);
    for (const code of made.body.codes.slice(0, 50)) expect(code).to.match(/^DIWALI-[A-HJ-NP-Z2-9]{10}$/);
    const page = await ask<{ data: { code: string; maxUses: number; used: number }[]; nextCursor: string }>(
      'GET',
      `discounts/${id}/codes?limit=1000`,
    );
    expect(page.body.data).to.have.lengthOf(1_000);
    expect(page.body.data[0]).to.deep.equal({ code: made.body.codes.toSorted()[0], maxUses: 1, used: 0 });
    const code = made.body.codes[0] ?? '';
    const cart = await cartOf(1);
    const paused = await enter(cart, code);
    expect([paused.status, paused.body.error.details.reason]).to.deep.equal([422, 'DISABLED']);
    const { version } = (await ask<{ version: number }>('GET', `discounts/${id}`)).body;
    await ask('PATCH', `discounts/${id}`, { status: 'active' }, { 'if-match': `"${version}"` });
    expect((await enter(cart, code.toLowerCase())).body.totals.total).to.equal(9_000);
    const taken = await ask('POST', `discounts/${id}/codes`, { codes: ['fresh', code] });
    expect([taken.status, taken.body.error.code]).to.deep.equal([409, 'NAME_TAKEN']);
    expect(taken.body.error.details).to.deep.equal({ codes: [code] });
    expect((await ask('DELETE', `discounts/${id}/codes/${code}`)).status).to.equal(204);
    const looked = await shop.ask<Cart>('GET', `/store/cart/${cart.id}`, { cartToken: cart.cartToken });
    expect(looked.body.refusedCodes).to.deep.equal([{ code, reason: 'UNKNOWN_CODE', details: {} }]);
  });

  it('says why a code does not apply', async () => {
    const percentage = { kind: 'percentage', percent: 10 };
    const reasons: Record<string, object> = {
      EXPIRED: { endsAt: '2020-01-01T00:00:00Z' },
      NOT_STARTED: { startsAt: '2099-01-01T00:00:00Z' },
      MIN_SUBTOTAL_NOT_MET: { minSubtotal: 10_001 },
      MIN_QUANTITY_NOT_MET: { minQuantity: 2 },
      NO_ELIGIBLE_ITEMS: { include: { variantIds: [await stockVariant(shop.db.query, { stock: 1 })] } },
    };
    const cart = await cartOf(1);
    for (const [reason, terms] of Object.entries(reasons)) {
      const code = `WHY-${reason.slice(0, 20)}`;
      await make('discounts', { name: code, codes: [code], offer: percentage, ...terms });
      const { status, body } = await enter(cart, code);
      expect([status, body.error?.code, body.error?.details.reason]).to.deep.equal([
        422,
        'DISCOUNT_NOT_APPLICABLE',
        reason,
      ]);
    }
    const looked = await shop.ask<Cart>('GET', `/store/cart/${cart.id}`, { cartToken: cart.cartToken });
    expect(looked.body.codes).to.deep.equal([]);
  });

  it('shows what a cart would cost with it, before anybody can use it', async () => {
    const offer = { kind: 'tiered', by: 'quantity', tiers: [{ from: 5, reduction: { kind: 'percent', percent: 20 } }] };
    const { id } = await make('discounts', { name: 'By the five', status: 'paused', isAutomatic: true, offer });
    const preview = (quantity: number) =>
      ask<Priced>('POST', `discounts/${id}/preview`, { items: [{ variantId, quantity }] });
    const five = (await preview(5)).body;
    expect([five.applies, five.amount, five.without.total, five.with.totals.total]).to.deep.equal([
      true,
      10_000,
      50_000,
      40_000,
    ]);
    const four = (await preview(4)).body;
    expect([four.applies, four.reason, four.with.totals.total]).to.deep.equal([false, 'MIN_QUANTITY_NOT_MET', 40_000]);
    expect((await cartOf(5)).totals.total).to.equal(50_000);
  });
});
