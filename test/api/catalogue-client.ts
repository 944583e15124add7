import { expect } from 'chai';
import { openCachedResponses } from '../../src/api/store/cached-responses/cached-responses.ts';
import type { ProductList } from '../../src/api/store/catalogue/list/product-list.ts';
import { productRoutes } from '../../src/api/store/catalogue/products.ts';
import { openVault } from '../../src/entities/account/privacy/vault.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { nothingKept } from '../support/nothing-kept.ts';
import { type Goods, stockCatalogue } from './catalogue.ts';
import { openShop, type Shop } from './sample-shop.ts';

export interface Failure {
  error: { code: string; details: unknown };
}

/** A shop with these goods behind a real server, and a client for its catalogue. */
export interface Storefront {
  db: Database;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** One page. */
  list(query?: string): Promise<ProductList>;
  /** The titles on the one page. */
  titles(query?: string): Promise<string[]>;
  /** The pages of a list, by titles. */
  pages(query: string): Promise<string[][]>;
  /** The status and the error of what is refused. */
  refusal(path: string): Promise<[status: number, error: Failure['error']]>;
  /** Statements that ran since the last call. */
  statements(): number;
  close(): Promise<void>;
}

/** Opens a shop with a database of its own. */
export async function openStorefront(goods: readonly Goods[]): Promise<Storefront> {
  const fresh = await freshDatabase();
  await stockCatalogue(fresh.db, goods);
  let count = 0;
  const query: Database['query'] = (sql, params) => {
    count += 1;
    return fresh.db.query(sql, params);
  };
  const search: Database['search'] = (sql, params) => {
    count += 1;
    return fresh.db.search(sql, params);
  };
  const vault = openVault({ dataKeys: `k1:${Buffer.alloc(32).toString('base64')}`, secret: 'x'.repeat(32) });
  const db = { ...fresh.db, query, search };
  const cachedResponses = openCachedResponses({ db, vault, cache: nothingKept, currency: 'INR' });
  const shop = await openShop(productRoutes({ cachedResponses }));
  const statements = () => {
    const counted = count;
    count = 0;
    return counted;
  };
  return { ...clientOf(shop), db: fresh.db, statements, close: () => closeBoth(shop, fresh) };
}

function clientOf(shop: Shop) {
  const get = (path: string, headers = {}) => fetch(`${shop.url}/api/v1/store${path}`, { headers });
  const list = async (query = '') => {
    const answer = await get(`/products?${query}`);
    expect(answer.status, query).to.equal(200);
    return (await answer.json()) as ProductList;
  };
  const titlesOf = ({ data }: ProductList) => data.map(({ title }) => title);
  return {
    get,
    list,
    titles: async (query?: string) => titlesOf(await list(query)),
    async pages(query: string) {
      const pages: string[][] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await list(cursor ? `${query}&cursor=${cursor}` : query);
        pages.push(titlesOf(page));
        cursor = page.nextCursor;
      }
      return pages;
    },
    async refusal(path: string): Promise<[number, Failure['error']]> {
      const answer = await get(path);
      return [answer.status, ((await answer.json()) as Failure).error];
    },
  };
}

async function closeBoth(shop: Shop, fresh: FreshDatabase): Promise<void> {
  await shop.close();
  await fresh.close();
}
