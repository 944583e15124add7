import pg from 'pg';

/** Products of four variants, on forty shelves; every fiftieth is a draft. */
const PRODUCTS = 50_000;

const WORDS = `array['Mulmul', 'Kurta', 'Indigo', 'Khadi', 'Silk', 'Cotton', 'Linen', 'Saree', 'Dupatta', 'Stole', 'Shirt',
  'Jacket', 'Block', 'Print', 'Chikankari', 'Ajrakh', 'Bandhani', 'Ikat', 'Kalamkari', 'Zari', 'Woven', 'Festive',
  'Summer', 'Winter', 'Wedding', 'Casual', 'Classic', 'Slim', 'Relaxed', 'Long', 'Short', 'Striped', 'Checked', 'Plain',
  'Embroidered', 'Handloom', 'Organic', 'Dyed', 'Natural', 'Soft']`;

const id = (kind: number, n: string): string =>
  `('0190000${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/** Each number means the same goods in every run: the words of a title go round at three speeds. */
const statementsFor = (products: number): string[] => [
  // The rows fit together as they are: asking the foreign keys for each would take longer than all the rest.
  `set session_replication_role = replica`,
  `insert into tax_classes (code, name) values ('standard', 'Everything')`,
  `insert into collections (id, slug, title, position)
    select ${id(1, 'n')}, 'shelf-' || n, 'Collection ' || n, n from generate_series(1, 40) n`,
  `insert into products (id, slug, title, description, brand, hsn, tax_class, status, created_at, updated_at)
    select ${id(2, 'n')}, 'product-' || n,
        words[1 + n % 40] || ' ' || words[1 + n / 40 % 40] || ' ' || words[1 + n / 1600 % 40] || ' ' || n,
        'Made of ' || words[1 + n * 7 % 40], 'Brand ' || n % 200, '6211', 'standard',
        case when n % 50 = 0 then 'draft' else 'active' end, timestamptz '2024-01-01' + n * interval '10 minutes', now()
      from generate_series(1, ${products}) n, (select ${WORDS} as words) w`,
  `insert into variants (id, product_id, sku, size, color, price, position)
    select ${id(3, 'n * 4 + k')}, ${id(2, 'n')}, 'SKU-' || n || '-' || k, (array['S', 'M', 'L', 'XL'])[k],
        (array['Red', 'Blue', 'Green', 'Indigo', 'White', 'Black', 'Ochre'])[1 + n % 7],
        10000 + (hashint4(n) & 1048575) + 5000 * k, k
      from generate_series(1, ${products}) n, generate_series(1, 4) k`,
  `insert into stock_levels (variant_id, on_hand)
    select ${id(3, 'n * 4 + k')}, (n + k) % 11 from generate_series(1, ${products}) n, generate_series(1, 4) k`,
  `insert into product_collections (collection_id, product_id)
    select ${id(1, '1 + (n + k * 13) % 40')}, ${id(2, 'n')} from generate_series(1, ${products}) n, generate_series(0, 1) k`,
  `insert into product_words select distinct unnest(tsvector_to_array(search)) from products`,
  // Every row is looked at for the statistics: the plans do not hang on which ones a sample hits.
  `set default_statistics_target = 1000`,
  `vacuum (analyze) products, product_words, variants, stock_levels, product_collections, collections`,
];

/** Fills an empty shop, in seconds. */
export async function fillLargeCatalogue(url: string, products = PRODUCTS): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statementsFor(products)) await client.query(statement);
  } finally {
    await client.end();
  }
}
