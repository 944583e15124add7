import { expect } from 'chai';
import fc from 'fast-check';
import type { Goods } from './catalogue.ts';
import { openStorefront, type Storefront } from './catalogue-client.ts';

/** Each has a sign or a letter that looks unlike the one that is typed, or that PostgreSQL's own parser reads in its own way. */
const TITLES = [
  'Women’s Kurta',
  'Saree – Handloom Cotton',
  'Dupatta—Phulkari',
  'Block\u00a0Print Stole',
  'Rug 4 m² wide',
  'Tea ½ kg',
  'Gift Card ₹500',
  '<b>Brocade</b> Clutch',
  '<Jamdani>',
  'Lehenga &amp; Choli',
  'क\u094d\u200dषमा Saree',
  'साड\u093cी',
  'सा\u095cी लाल',
  'Cafe\u0301 Apron',
  'Crème Scarf',
  'ﬁne Muslin',
  'ＡＪＲＡＫＨ Shawl',
  'İstanbul Kilim',
  'ΣΑΛΙ ΜΕΤΑΞΗΣ',
  'Sun\u00adday Best',
  'Diya ❤️ Set',
  'user@example.com Print',
  '/usr/local/weave',
  '1e5 Beads 2.50-mm',
  'ㅤ',
  '৴',
  `${'\u3316'.repeat(199)}a`,
];

/** What somebody types, and the title it is meant for. */
const TYPED = [
  ["women's kurta", 'Women’s Kurta'],
  ['handloom-cotton saree', 'Saree – Handloom Cotton'],
  ['phulkari', 'Dupatta—Phulkari'],
  ['block print', 'Block\u00a0Print Stole'],
  ['4 m2 rug', 'Rug 4 m² wide'],
  ['tea 1/2 kg', 'Tea ½ kg'],
  ['gift card 500', 'Gift Card ₹500'],
  ['brocade', '<b>Brocade</b> Clutch'],
  ['jamdani', '<Jamdani>'],
  ['क्षमा', 'क\u094d\u200dषमा Saree'],
  ['सा\u095cी', 'साड\u093cी'],
  ['Café', 'Cafe\u0301 Apron'],
  ['cre\u0300me', 'Crème Scarf'],
  ['fine muslin', 'ﬁne Muslin'],
  ['ajrakh', 'ＡＪＲＡＫＨ Shawl'],
  ['istanbul', 'İstanbul Kilim'],
  ['σαλι μεταξησ', 'ΣΑΛΙ ΜΕΤΑΞΗΣ'],
  ['sunday', 'Sun\u00adday Best'],
  ['diya set', 'Diya ❤️ Set'],
  ['example', 'user@example.com Print'],
] as const;

const SIGNS = [
  '’',
  '‘',
  '“',
  '–',
  '—',
  '\u00a0',
  '²',
  '½',
  '₹',
  '<',
  '>',
  '&',
  '\u200d',
  '\u094d',
  '\u093c',
  '\\',
  "'",
];

/** Any title that the admin API takes and that has a letter or a digit. */
const title = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.array(fc.oneof(fc.constantFrom(...SIGNS, ' '), fc.string({ unit: 'grapheme', maxLength: 4 })), {
      maxLength: 30,
    }),
  )
  .map((parts) => [parts].flat().join('').replaceAll('\0', '').trim())
  .filter((text) => text.length <= 200 && /[\p{L}\p{N}]/u.test(text));

describe('the words of a search', () => {
  let shop: Storefront;
  const search = (text: string) => shop.titles(`${new URLSearchParams({ q: text, limit: '100' })}`);
  const onSale = (text: string): Goods => ({ title: text, variants: [['M', 'Rust', 100, 1]] });
  before(async () => {
    shop = await openStorefront([...TITLES, 'Anything'].map(onSale));
  });
  after(() => shop.close());

  for (const text of TITLES) {
    it(`find the product with exactly this title: ${text.slice(0, 30)}`, async () => {
      expect(await search(text)).to.include(text);
    });
  }

  for (const [typed, wanted] of TYPED) {
    it(`are those of the title, however its signs are typed: ${typed}`, async () => {
      expect(await search(typed)).to.include(wanted);
    });
  }

  it('find a product by any title that it can have', async function () {
    // A hundred and fifty titles, each stored and then searched for over HTTP.
    this.timeout(60_000);
    const rename = `update products set title = $1 where id = (select id from products where slug = 'anything')`;
    await fc.assert(
      fc.asyncProperty(title, async (text) => {
        await shop.db.query(rename, [text]);
        expect(await search(text)).to.include(text);
      }),
      { numRuns: 150 },
    );
  });

  it('are at most the first eight, so that a long text costs no more', async () => {
    expect(await search(`women s kurta ${'women '.repeat(5)} brocade`)).to.deep.equal(['Women’s Kurta']);
  });
});
