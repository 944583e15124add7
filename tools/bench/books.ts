import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { newId } from '../../src/infra/ids.ts';

/** Queries the database of the shop. The queries contain a mark of the bench, so that they are not counted. */
export interface Books {
  query<R extends object>(sql: string, params?: unknown[]): Promise<R[]>;
  /** Number of transactions that these queries have used so far. */
  looks(): number;
  /** Resolves when no work of the purchases is pending; gives up after 10 s. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;
const PAUSE_MS = 50;

export async function openBooks(databaseUrl: string): Promise<Books> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined); // the next query fails with it
  await client.connect();
  let looks = 0;
  const query = async <R extends object>(sql: string, params: unknown[] = []) => {
    looks += 1;
    return (await client.query(`${sql} /* of_the_bench */`, params)).rows as R[];
  };
  return {
    query,
    looks: () => looks,
    async quiet() {
      const deadline = Date.now() + PATIENCE_MS;
      while (Date.now() < deadline) {
        const [row] = await query<{ waiting: number }>(WAITING);
        if (row?.waiting === 0) return;
        await sleep(PAUSE_MS);
      }
    },
    close: () => client.end(),
  };
}

/** Publishes our own commits at once; otherwise they would be counted as the shop's later. */
const WAITING = `select pg_stat_force_next_flush(), (select count(*) from outbox)::int
    + (select count(*) from webhook_inbox where processed_at is null)::int as waiting`;

/** The variants to buy. */
export interface Goods {
  variantIds: string[];
  hotVariantId: string;
}

const VARIANTS = 200;

/**
 * Chooses variants of many products and receives the units that they lack for `orders` orders, with stock movements.
 * @throws when the shop has too few.
 */
export async function stockGoods({ query }: Books, orders: number): Promise<Goods> {
  const rows = await query<{ id: string }>(
    `select v.id from (select distinct on (product_id) * from variants order by product_id, position) v
      join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id
      where p.status = 'active' order by v.id limit $1`,
    [VARIANTS + 1],
  );
  const [hotVariantId, ...variantIds] = rows.map(({ id }) => id);
  if (!hotVariantId || variantIds.length < 2) throw new Error('the shop has too few variants to measure with');
  await receive(query, variantIds, Math.ceil((2 * orders) / variantIds.length) + 1);
  await receive(query, [hotVariantId], orders);
  return { variantIds, hotVariantId };
}

async function receive(query: Books['query'], variantIds: string[], units: number): Promise<void> {
  const ids = variantIds.map(() => newId());
  await query(
    `with lacking as (select s.variant_id, $3 - (s.on_hand - s.reserved) as units, m.id
          from unnest($1::uuid[], $2::uuid[]) as m (variant_id, id) join stock_levels s using (variant_id)
          where s.on_hand - s.reserved < $3 order by s.variant_id for update of s),
        moved as (insert into inventory_movements
          (id, variant_id, kind, on_hand_delta, reserved_delta, cause, at)
          select id, variant_id, 'receive', units, 0, 'bench', now() from lacking)
      update stock_levels s set on_hand = s.on_hand + l.units from lacking l where s.variant_id = l.variant_id`,
    [variantIds, ids, units],
  );
}
