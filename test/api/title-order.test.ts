import { expect } from 'chai';
import type { Goods } from './catalogue.ts';
import { openStorefront, type Storefront } from './catalogue-client.ts';

/** In the order of a dictionary; two have the same title. */
const TITLES = [
  '“Anarkali” Suit',
  '2 Cushions',
  'angrakha',
  'Angrakha, long',
  'apple Green Kurta',
  'Éclair Scarf',
  'Elephant Print',
  'Same',
  'Same',
  'zari Border',
  'Zebra Print Dupatta',
  'आम Print',
  'साड़ी',
];

describe('the order of titles', () => {
  let shop: Storefront;
  before(async () => {
    const goods = TITLES.map(
      (title, place): Goods => ({
        title,
        variants: [['M', ['İvory', 'indigo', 'Ochre', 'ΣΑΣ'][place] ?? null, 100, 1]],
      }),
    );
    goods[8] = { title: 'Same again', variants: [['M', null, 100, 1]] }; // two of one title would have one slug
    shop = await openStorefront(goods.toReversed());
    await shop.db.query(`update products set title = 'Same' where title = 'Same again'`);
  });
  after(() => shop.close());

  it('is that of the language, not of the bytes', async () => {
    expect(await shop.titles('sort=title')).to.deep.equal(TITLES);
  });

  for (const limit of [1, 2, 5]) {
    it(`is the same on pages of ${limit}, each product once`, async () => {
      expect((await shop.pages(`sort=title&limit=${limit}`)).flat()).to.deep.equal(TITLES);
    });
  }

  it('is served by an index', async () => {
    const [index] = await shop.db.query<{ definition: string }>(
      `select indexdef as definition from pg_indexes where indexname = 'products_by_title'`,
    );
    expect(index?.definition).to.include(`(title COLLATE "en-IN-x-icu", id) WHERE (status = 'active'::text)`);
  });

  it('is that of facets with equal counts too', async () => {
    const { facets } = await shop.list('limit=1');
    expect(facets?.colors.map(({ value }) => value)).to.deep.equal(['indigo', 'İvory', 'Ochre', 'ΣΑΣ']);
  });

  it('leaves each value of a facet one that the list can be filtered by', async () => {
    for (const [color, title] of [
      ['İvory', TITLES[0]],
      ['ΣΑΣ', TITLES[3]],
      ['INDIGO', TITLES[1]],
    ] as const) {
      expect(await shop.titles(`${new URLSearchParams({ color })}`), color).to.deep.equal([title]);
    }
  });
});
