import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvLines, guarded, mediaCell, toPaise, toRupees, unguarded } from '../../../src/entities/import/cells.ts';
import { COLUMNS, readHeader } from '../../../src/entities/import/columns.ts';
import { readRow } from '../../../src/entities/import/row.ts';

const RUNS = { numRuns: 1_000 };
/** What a text may hold that a file can tell from another: no NUL, no half of a surrogate pair. */
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.includes('\0'));
const dangerous = fc
  .tuple(
    fc.array(fc.constantFrom(' ', "'", '\u00a0', '\t', '\n', '\r'), { maxLength: 3 }),
    fc.constantFrom('', '=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20', '"', ',', '|'),
    text,
  )
  .map(([before, sign, rest]) => before.join('') + sign + rest);
const any = fc.oneof(text, dangerous);

describe('the cells of a file', () => {
  it('never begin like a formula, and are read back as they were', () => {
    fc.assert(
      fc.property(any, (value) => {
        expect(guarded(value)).not.to.match(/^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/);
        expect(unguarded(guarded(value))).to.equal(value);
      }),
      RUNS,
    );
  });

  it('are guarded by one apostrophe, and left alone when no spreadsheet would carry them out', () => {
    for (const value of [
      '=1+1',
      '\n=1+1',
      '\ttext',
      '\uff1d1',
      '\uff0b1',
      '\uff0d1',
      '\uff20a',
      '  =1',
      "'=1",
      '\u00a0-1',
    ]) {
      expect(guarded(value), JSON.stringify(value)).to.equal(`'${value}`);
    }
    for (const value of ['', '1=1', "'quoted'", ' text', '\u2212 1', 'a\n=1']) expect(guarded(value)).to.equal(value);
  });

  it('hold any text, with quotes, commas and line breaks', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(any, any, any), { minLength: 1, maxLength: 5 }), (rows) => {
        expect(parse(csvLines([['a', 'b', 'c'], ...rows])).slice(1)).to.deep.equal(rows);
      }),
      RUNS,
    );
  });

  it('hold every amount to the paisa', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000_000 }), (paise) => {
        expect(toPaise(toRupees(paise))).to.equal(paise);
      }),
      RUNS,
    );
    expect(['0', '5', '5.5', '5.05', '0.01'].map(toPaise)).to.deep.equal([0, 500, 550, 505, 1]);
  });
});

describe('a row of a file', () => {
  const product = { title: 'Kurta', hsn: '6109', taxClass: 'apparel', status: 'active', media: '' };
  const rowOf = (cells: Partial<Record<(typeof COLUMNS)[number], string>>) =>
    readRow(
      COLUMNS,
      COLUMNS.map((name) => cells[name] ?? ''),
    );
  const problems = (cells: Parameters<typeof rowOf>[0]) => {
    const read = rowOf(cells);
    return Array.isArray(read) ? read.map(({ column }) => column) : [];
  };

  it('is a product, a variant, or both', () => {
    expect(rowOf({ slug: 'kurta', ...product })).to.have.keys('slug', 'product');
    expect(rowOf({ slug: 'kurta', sku: 'K-1', price: '499' })).to.have.keys('slug', 'variant');
    expect(rowOf({ slug: 'kurta', ...product, sku: 'K-1', price: '499' })).to.have.keys('slug', 'product', 'variant');
  });

  it('names the column of each thing that is wrong', () => {
    const variant = { slug: 'kurta', sku: 'K-1', price: '499' };
    expect(problems({})).to.deep.equal(['slug']);
    expect(problems({ slug: 'kurta' })).to.deep.equal(['sku']);
    expect(problems({ slug: 'Kurta!', ...product })).to.deep.equal(['slug']);
    expect(problems({ slug: 'kurta', brand: 'Fab', sku: 'K-1', price: '1' })).to.deep.equal(['title']);
    expect(problems({ slug: 'kurta', ...product, hsn: '61', status: 'sold' })).to.deep.equal(['hsn', 'status']);
    expect(problems({ slug: 'kurta', ...product, attributes: '[1]' })).to.deep.equal(['attributes']);
    expect(problems({ slug: 'kurta', ...product, attributes: '{"a":"\\u0000"}' })).to.deep.equal(['attributes']);
    expect(problems({ slug: 'kurta', ...product, media: 'nowhere' })).to.deep.equal(['media']);
    for (const price of ['', '-1', '1,5', '1.005', '10000000000.01', '1e3']) {
      expect(problems({ ...variant, price }), price).to.deep.equal(['price']);
    }
    for (const maxPerOrder of ['0', '10001', '1.5', 'x']) {
      expect(problems({ ...variant, maxPerOrder }), maxPerOrder).to.deep.equal(['maxPerOrder']);
    }
    expect(readRow(COLUMNS, ['kurta'])).to.deep.equal([
      { column: '', problem: `has 1 cells, but the header has ${COLUMNS.length}` },
    ]);
  });

  it('has the description that was exported, whatever it begins with', () => {
    fc.assert(
      fc.property(any, (description) => {
        const [cells = []] = parse(csvLines([[guarded(description)]]), {
          relax_column_count: true,
          skip_empty_lines: false,
        });
        const read = rowOf({ slug: 'kurta', ...product, description: cells[0] ?? '' });
        expect(Array.isArray(read) ? read : read.product?.description).to.equal(description);
      }),
      RUNS,
    );
  });

  it('holds media with and without words', () => {
    const urls = fc.webUrl({ withQueryParameters: true });
    fc.assert(
      fc.property(
        fc.array(fc.record({ url: urls, alt: fc.constantFrom('', 'a | b', '[x]', '"') }), { maxLength: 4 }),
        (media) => {
          const read = rowOf({ slug: 'kurta', ...product, media: mediaCell(media) });
          expect(Array.isArray(read) ? read : read.product?.media).to.deep.equal(media);
        },
      ),
      RUNS,
    );
  });
});

describe('the header of a file', () => {
  const refusal = (cells: string[]) => {
    try {
      return readHeader(cells);
    } catch (error) {
      return (error as { details: { problems: { problem: string }[] } }).details.problems.map(({ problem }) => problem);
    }
  };

  it('may have its columns in any order, and leave out what then stays as it is', () => {
    const needed = COLUMNS.filter((name) => !['variantStatus', 'variantAttributes', 'onHand'].includes(name));
    expect(refusal([...needed].reverse())).to.deep.equal([...needed].reverse());
    expect(refusal([...COLUMNS])).to.deep.equal([...COLUMNS]);
  });

  it('is refused for each column that is missing, unknown or doubled', () => {
    const cells = COLUMNS.map((name) => (name === 'sku' ? 'slug' : name === 'hsn' ? 'HSN' : name));
    expect(refusal(cells)).to.deep.equal([
      'the column hsn is missing',
      'the column sku is missing',
      'there is no column "HSN"',
      'the column slug appears twice',
    ]);
  });
});
