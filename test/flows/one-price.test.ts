import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ProductList } from '../../src/api/store/catalogue/list/product-list.ts';
import type { ProductView } from '../../src/api/store/catalogue/product-view.ts';
import { scaled } from '../support/pace.ts';
import { goodsOf } from '../support/reviewers.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

const PRICE = 10_000;

/** Too short to be taken for a person's, which may stand in no table. */
const shortName = (): string => randomUUID().slice(0, 5);

describe('the price of a unit', function () {
  this.timeout(60_000);
  let flow: Flow;
  let staff: StaffClient;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
  });

  const goods = async () => goodsOf(flow.books.query, await flow.books.stock({ stock: 20, price: PRICE }));
  async function register(): Promise<Shop & { id: string }> {
    const body = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Asha Rao' };
    const { body: made } = await flow.shop.ask<{ accessToken: string; customer: { id: string } }>(
      'POST',
      '/account/register',
      { body },
    );
    return { ...openShop(flow.stack.url, made.accessToken), id: made.customer.id };
  }
  async function admin<T = { id: string }>(method: string, path: string, body?: object, version?: number): Promise<T> {
    const headers: Record<string, string> = version === undefined ? {} : { 'if-match': `"${version}"` };
    const answer = await staff.ask<T>(method, `/../admin${path}`, { body, headers });
    expect(answer.status, JSON.stringify(answer.body)).to.be.below(300);
    return answer.body;
  }
  async function putList(variantId: string, price: number, groupIds: string[] = []): Promise<void> {
    const { id } = await admin('POST', '/price-lists', { name: shortName(), groupIds });
    await admin('PUT', `/price-lists/${id}/entries`, { entries: [{ variantId, minQuantity: 1, price }] }, 1);
  }
  const page = async (shop: Shop, id: string) => (await shop.ask<ProductView>('GET', `/products/${id}`)).body;

  /** Where a visitor sees a price: on the page, in the list, in the facets, in a cart. */
  async function pricesFor(shop: Shop, { productId, variantId }: { productId: string; variantId: string }) {
    const [variant] = (await page(shop, productId)).variants;
    const { body } = await shop.ask<ProductList>('GET', `/products?q=${variant?.sku}&sort=price`);
    const cart = await shop.cart([{ variantId, quantity: 1 }]);
    const shown = [variant?.price, body.data[0]?.price, body.facets?.price?.min, cart.items[0]?.unitPrice];
    return { shown, cart, sku: variant?.sku };
  }

  it('of a list for everybody is that on pages, in lists, filters, carts and checkouts, as soon as it is set', async () => {
    const [here, mine] = [flow.shop, await goods()];
    expect((await pricesFor(here, mine)).shown).to.deep.equal(Array(4).fill(PRICE));
    await putList(mine.variantId, 12_000);
    const { shown, cart, sku } = await pricesFor(here, mine);
    expect(shown).to.deep.equal(Array(4).fill(12_000));
    const found = async (query: string) =>
      (await here.ask<ProductList>('GET', `/products?q=${sku}&${query}`)).body.data.length;
    expect([await found('maxPrice=11999'), await found('minPrice=12000&maxPrice=12000')]).to.deep.equal([0, 1]);
    const bought = await here.settled(await here.checkout(cart, { method: 'pm_card_visa', expectedTotal: 12_000 }));
    expect(bought).to.include({ state: 'COMPLETED', total: 12_000 });
  });

  it('of a group is for its customers only, as long as they are in it', async () => {
    const mine = await goods();
    const { id: groupId } = await admin('POST', '/customer-groups', { name: shortName() });
    const [member, other] = [await register(), await register()];
    expect((await pricesFor(member, mine)).shown).to.deep.equal(Array(4).fill(PRICE));
    await putList(mine.variantId, 7_000, [groupId]);
    await admin('PUT', `/customer-groups/${groupId}/members/${member.id}`);
    for (const shop of [flow.shop, other])
      expect((await pricesFor(shop, mine)).shown).to.deep.equal(Array(4).fill(PRICE));
    const { shown, cart } = await pricesFor(member, mine);
    expect(shown).to.deep.equal(Array(4).fill(7_000));
    expect((await page(member, mine.productId)).variants[0]?.wasPrice).to.equal(PRICE);
    const bought = await member.settled(await member.checkout(cart, { method: 'pm_card_visa', expectedTotal: 7_000 }));
    expect(bought).to.include({ state: 'COMPLETED', total: 7_000 });
    await admin('DELETE', `/customer-groups/${groupId}/members/${member.id}`);
    expect((await pricesFor(member, mine)).shown).to.deep.equal(Array(4).fill(PRICE));
  });

  it('changes at the instant at which a rule begins and ends, also on pages that are kept', async () => {
    const { productId, variantId } = await goods();
    const begins = Date.now() + scaled(2_000);
    const ends = begins + 2_000;
    await admin('POST', '/pricing-rules', {
      name: shortName(),
      include: { variantIds: [variantId] },
      action: { kind: 'percent-off', percent: 25 },
      startsAt: new Date(begins).toISOString(),
      endsAt: new Date(ends).toISOString(),
    });
    const wrong: object[] = [];
    const seen = new Set<number>();
    const isDuring = (at: number) => at >= begins && at < ends;
    await waitFor('the rule has come and gone', async () => {
      const asked = Date.now();
      const price = (await page(flow.shop, productId)).variants[0]?.price ?? 0;
      const answered = Date.now();
      seen.add(price);
      // An answer that was under way at an edge may be of either side.
      const right: number[] = [asked, answered].map((at) => (isDuring(at) ? 7_500 : PRICE));
      if (!right.includes(price)) wrong.push({ price, asked: asked - begins, answered: answered - begins });
      return answered > ends + 1_500;
    });
    expect(wrong).to.deep.equal([]);
    expect([...seen].sort((a, b) => a - b)).to.deep.equal([7_500, PRICE]);
  });
});
