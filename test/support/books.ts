import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { newId } from '../../src/infra/ids.ts';
import { charges } from './simulator.ts';

/** A variant for sale; every test has its own, so that its stock is nobody else's business. */
export interface Goods {
  /** Units on hand. */
  stock: number;
  /** Paise, tax included. */
  price?: number;
}

/** What the database and the provider say, whatever the shop says. */
export interface Books {
  query<R extends object>(sql: string, params?: unknown[]): Promise<R[]>;
  /** Puts a new variant on sale and answers its id. */
  stock(goods: Goods): Promise<string>;
  /** Changes the units on hand, with the movement that says so. */
  adjust(variantId: string, units: number): Promise<void>;
  /** The level of a variant and what led there, in order. @throws Error when the movements do not add up to the level. */
  level(variantId: string): Promise<{ onHand: number; reserved: number; moves: string[] }>;
  /** The payment of a checkout here, and the charges for it at the provider. */
  money(checkoutId: string): Promise<Money>;
  /** How many orders there are of these carts. */
  orders(cartIds: string[]): Promise<number>;
  close(): Promise<void>;
}

/** Amounts in paise. */
export interface Money {
  status: string;
  captured: number;
  refunded: number;
  attempts: string[];
  /** Amounts of the charges at the provider, and what went back of them. */
  charged: number[];
  returned: number[];
}

/** Reads the books of a stack; `simulatorUrl` is the provider's. */
export function openBooks({ databaseUrl, simulatorUrl }: { databaseUrl: string; simulatorUrl: string }): Books {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => undefined);
  const query = async <R extends object>(sql: string, params: unknown[] = []): Promise<R[]> =>
    (await pool.query(sql, params)).rows as R[];
  return {
    query,
    stock: (goods) => stockVariant(query, goods),
    adjust: (variantId, units) => move(query, { variantId, kind: 'adjust', units }),
    level: (variantId) => levelOf(query, variantId),
    money: (checkoutId) => moneyOf(query, { checkoutId, simulatorUrl }),
    async orders(cartIds) {
      const [row] = await query<{ count: number }>(
        `select count(*)::int from orders o join checkouts c on c.id = o.checkout_id where c.cart_id = any($1)`,
        [cartIds],
      );
      return row?.count ?? 0;
    },
    close: () => pool.end(),
  };
}

type Query = Books['query'];

/** Puts a new variant on sale and answers its id. */
export async function stockVariant(query: Query, { stock, price = 49_900 }: Goods): Promise<string> {
  const [variantId, productId, name] = [newId(), newId(), `test-${randomUUID()}`];
  await query(
    `with class as (insert into tax_classes values ('test', 'For tests') on conflict do nothing),
        rate as (insert into tax_rates values ('test', '2017-07-01Z', 0, 18) on conflict do nothing),
        product as (insert into products (id, slug, title, description, brand, hsn, tax_class, status, created_at, updated_at)
          values ($2, $3, 'Kurta', 'Cotton', 'Test', '6109', 'test', 'active', now(), now())),
        variant as (insert into variants (id, product_id, sku, price, position) values ($1, $2, $3, $4, 1))
      insert into stock_levels (variant_id, on_hand) values ($1, 0)`,
    [variantId, productId, name, price],
  );
  if (stock > 0) await move(query, { variantId, kind: 'receive', units: stock });
  return variantId;
}

/** Level and ledger change together or not at all. */
const move = async (query: Query, { variantId, kind, units }: { variantId: string; kind: string; units: number }) => {
  await query(
    `with moved as (insert into inventory_movements
          (id, variant_id, kind, on_hand_delta, reserved_delta, cause, at) values ($1, $2, $3, $4, 0, 'test', now()))
      update stock_levels set on_hand = on_hand + $4 where variant_id = $2`,
    [newId(), variantId, kind, units],
  );
};

async function levelOf(query: Query, variantId: string) {
  const [level] = await query<{ onHand: number; reserved: number }>(
    `select on_hand as "onHand", reserved from stock_levels where variant_id = $1`,
    [variantId],
  );
  const rows = await query<{ kind: string; onHand: number; reserved: number }>(
    `select kind, on_hand_delta as "onHand", reserved_delta as reserved from inventory_movements
      where variant_id = $1 order by at, id`,
    [variantId],
  );
  if (!level) throw new Error(`there is no variant ${variantId}`);
  const booked = { onHand: sum(rows.map((row) => row.onHand)), reserved: sum(rows.map((row) => row.reserved)) };
  if (booked.onHand !== level.onHand || booked.reserved !== level.reserved) {
    throw new Error(`movements add up to ${JSON.stringify(booked)}, the level is ${JSON.stringify(level)}`);
  }
  return { ...level, moves: rows.map(({ kind, onHand, reserved }) => `${kind} ${Math.abs(onHand || reserved)}`) };
}

async function moneyOf(query: Query, of: { checkoutId: string; simulatorUrl: string }): Promise<Money> {
  const [payment] = await query<Omit<Money, 'charged' | 'returned'>>(
    `select status, captured::int, refunded::int, array(select a.status || coalesce(' ' || a.decline_code, '')
          from payment_attempts a where a.checkout_id = p.checkout_id order by attempt) as attempts
      from payments p where checkout_id = $1`,
    [of.checkoutId],
  );
  const made = (await charges(of.simulatorUrl)).filter(({ checkoutId }) => checkoutId === of.checkoutId);
  const none = { status: 'none', captured: 0, refunded: 0, attempts: [] };
  return {
    ...(payment ?? none),
    charged: made.map(({ amount }) => amount),
    returned: made.map(({ refunded }) => refunded),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
