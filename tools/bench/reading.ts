import { Redis } from 'ioredis';
import pg from 'pg';
import { measureBare, measureReads, type Readable, type Reads } from './reads.ts';
import { type Cell, table } from './table.ts';
import type { Target } from './target.ts';

/** Settings without rate limits for the measurement. */
export const READING = { RATE_LIMITS: 'read:900000000,write:1000000' };

const PRODUCTS = 50;
const TERMS = ['shirt', 'kurta', 'cotton', 'blue', 'shoes', 'silk', 'linen', 'bag', 'red', 'steel'];

export interface ReadingFigures {
  reads: Reads[];
  bare: Reads;
  /** Size of a product response in bytes; the bare route sends the same number. */
  bytes: number;
}

/** Measures reads: warm, with empty caches, and compared with a route that only sends bytes. */
export async function measureReading(target: Target): Promise<ReadingFigures> {
  const products = await productsOf(target);
  const [first = ''] = products;
  const bytes = Buffer.byteLength(await (await fetch(target.url + first)).text());
  const bareBefore = await measureBare(bytes);
  const reads = await measureReads(target, await pagesOf(target, products));
  const bareAfter = await measureBare(bytes);
  // The machine may be busier at one end of the run: the faster result is the reference.
  const bare = bareBefore.requestsPerSecond > bareAfter.requestsPerSecond ? bareBefore : bareAfter;
  return { reads, bare, bytes };
}

async function productsOf({ databaseUrl }: Target): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ id: string }>(`select id from products where status = 'active' order by id`);
  await client.end();
  return rows.map(({ id }) => `/api/v1/store/products/${id}`);
}

async function pagesOf(target: Target, products: string[]): Promise<Readable[]> {
  const list = '/api/v1/store/products';
  const cart = await cartOf(target);
  return [
    { name: 'product, cold', paths: products, cold: () => emptyCaches(target) },
    { name: 'product', paths: products.slice(0, PRODUCTS) },
    { name: 'product, one of them', paths: products.slice(0, 1) },
    {
      name: 'list',
      paths: ['', '?sort=price', '?sort=title', '?inStock=true', '?limit=100'].map((query) => list + query),
    },
    { name: 'search', paths: TERMS.map((term) => `${list}?q=${term}`) },
    { name: 'search, cold', paths: TERMS.map((term) => `${list}?q=${term}`), cold: () => emptyCaches(target) },
    { name: 'cart', paths: [`/api/v1/store/cart/${cart.id}`], headers: { 'x-cart-token': cart.cartToken } },
  ];
}

async function cartOf({ url, databaseUrl }: Target): Promise<{ id: string; cartToken: string }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ id: string }>(
    `select variant_id as id from stock_levels where on_hand > reserved + 2 order by variant_id limit 3`,
  );
  await client.end();
  const body = JSON.stringify({ items: rows.map(({ id }) => ({ variantId: id, quantity: 1 })) });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/store/cart`, { method: 'POST', headers, body });
  return (await answer.json()) as { id: string; cartToken: string };
}

/** Invalidates all caches, as after an outage. */
async function emptyCaches({ redisUrl }: Target): Promise<void> {
  const redis = new Redis(redisUrl);
  await redis.flushdb();
  await redis.publish('vcecom:versions', 'epoch');
  redis.disconnect();
}

/** Formats the results for the terminal. */
export function readingReport({ reads, bare, bytes }: ReadingFigures): string {
  const head = ['64 readers', 'requests/s', 'of bare, %', 'p50, ms', 'p99, ms', 'CPU-ms', 'cached, %', 'errors'];
  const rows = [...reads, bare].map((each): Cell[] => [
    ...[
      each.name,
      Math.round(each.requestsPerSecond),
      Math.round((100 * each.requestsPerSecond) / bare.requestsPerSecond),
    ],
    ...[
      each.p50,
      each.p99,
      each.cpuMs,
      each.hitRate === null ? null : Math.round(each.hitRate * 1_000) / 10,
      each.errors,
    ],
  ]);
  return `\nReads with one web process; a product response has ${bytes} bytes\n${table([head, ...rows])}`;
}
