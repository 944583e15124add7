import { expect } from 'chai';
import type { Goods } from './catalogue.ts';
import { openStorefront, type Storefront } from './catalogue-client.ts';

/** Twelve products in which every key but the id has ties. */
const GOODS: Goods[] = Array.from({ length: 12 }, (_, index) => ({
  title: `Kurta ${'ABCD'[index % 4]} ${index}`,
  launched: `2026-01-0${1 + (index % 3)}T10:00:00.123Z`,
  on: ['kurtas'],
  variants: [
    ['M', 'Red', 500 + (index % 5), index % 4],
    ['L', 'Red', 500 + (index % 5), 1],
    ['S', 'Blue', 100 + index, 1],
  ],
}));
const ALL = GOODS.map(({ title }) => title);

describe('the pages of the catalogue', () => {
  let shop: Storefront;
  before(async () => {
    shop = await openStorefront(GOODS);
    // Finer than a Date can hold, two by two.
    await shop.db.query(
      `update products p set created_at = created_at + n / 2 * interval '1 microsecond'
        from (select id, row_number() over (order by id) as n from products) each where each.id = p.id`,
    );
    await shop.db.query(`update products set title = left(title, 7) || ' again' where title ~ '^Kurta [AB]'`);
  });
  after(() => shop.close());

  for (const sort of ['newest', 'price', '-price', 'title', 'relevance']) {
    it(`show each product once, in the order of the whole list: ${sort}`, async () => {
      const query = `q=kurta&sort=${sort}`;
      const whole = await shop.list(`${query}&limit=100`);
      expect(whole.data).to.have.length(ALL.length);
      for (const filter of ['', '&color=red', '&collection=kurtas&inStock=true']) {
        const expected = (await shop.titles(`${query}${filter}&limit=100`)).join();
        const pages = await shop.pages(`${query}${filter}&limit=5`);
        expect(pages.map((page) => page.length)).to.deep.equal([5, 5, 2]);
        expect(pages.flat().join(), filter).to.equal(expected);
      }
    });
  }

  it('are sorted as they say', async () => {
    const prices = async (query: string) => (await shop.list(query)).data.map(({ price }) => price / 100);
    const ascending = ALL.map((_, index) => 100 + index);
    expect(await prices('sort=price')).to.deep.equal(ascending);
    expect(await prices('sort=-price')).to.deep.equal(ascending.toReversed());
    expect(await prices('sort=price&color=red')).to.deep.equal([
      500, 500, 500, 501, 501, 501, 502, 502, 503, 503, 504, 504,
    ]);
    const titles = await shop.titles('sort=title');
    expect(titles).to.deep.equal(titles.toSorted(new Intl.Collator('en-IN').compare));
    const [newest] = await shop.titles('sort=newest');
    expect(newest).to.equal('Kurta D 11');
  });

  it('have no next one when nothing is left', async () => {
    expect((await shop.list('limit=12')).nextCursor).to.equal(null);
    expect((await shop.list('limit=11')).nextCursor).to.be.a('string');
  });

  it('have the facets on the first one only', async () => {
    const first = await shop.list('limit=5');
    expect(first.facets?.total).to.equal(12);
    shop.statements();
    expect((await shop.list(`limit=5&cursor=${first.nextCursor}`)).facets).to.equal(null);
    expect(shop.statements(), 'with one for the offers, which are kept').to.equal(2);
  });

  it('may change their size on the way', async () => {
    const first = await shop.list('limit=5');
    const rest = await shop.titles(`limit=100&cursor=${first.nextCursor}`);
    expect([...first.data.map(({ title }) => title), ...rest]).to.deep.equal(await shop.titles());
  });

  it('are not begun by a cursor of another list, or by none', async () => {
    const { nextCursor: cursor } = await shop.list('limit=5&sort=price');
    const forged = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const [mark, , id] = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as string[];
    const cases = [
      `sort=newest&cursor=${cursor}`,
      `sort=price&color=red&cursor=${cursor}`,
      `q=kurta&sort=price&cursor=${cursor}`,
      'cursor=nonsense',
      `cursor=${Buffer.from('null').toString('base64url')}`,
      `sort=price&cursor=${cursor?.slice(0, -4)}`,
      ...[["1' or true", id], [1.5, id], [null, id], [1, 'x'], [1e300, id], [1]].map(
        (parts) => `sort=price&cursor=${forged(mark, ...parts)}`,
      ),
    ];
    for (const query of cases) {
      const [status, { code }] = await shop.refusal(`/products?${query}`);
      expect([status, code], query).to.deep.equal([400, 'CURSOR_INVALID']);
    }
  });
});
