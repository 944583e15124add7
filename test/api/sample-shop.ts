import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { GUEST } from '../../src/api/auth/principal.ts';
import { type AppDeps, makeApp } from '../../src/api/http/app.ts';
import { type AnyRoute, route } from '../../src/api/http/route.ts';

export interface Fact {
  name: string;
  fields: object;
}

export interface Shop {
  url: string;
  /** What was observed so far, in order. */
  facts: Fact[];
  /** The next fact of that name, also when it was observed already. */
  fact(name: string): Promise<Fact>;
  close(): Promise<void>;
}

/** A real server on a free port around `routes`. */
export async function openShop(routes: AnyRoute[], deps: Partial<AppDeps> = {}): Promise<Shop> {
  const facts: Fact[] = [];
  const seen = new EventTarget();
  const observe = (name: string, fields: object) => {
    facts.push({ name, fields });
    seen.dispatchEvent(new Event(name));
  };
  const server = createServer(makeApp(routes, { observe, authenticate: async () => GUEST, ...deps }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    facts,
    async fact(name) {
      const there = () => facts.find((each) => each.name === name);
      while (!there()) await new Promise((resolve) => seen.addEventListener(name, resolve, { once: true }));
      return there() as Fact;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const Item = z.strictObject({ variantId: z.uuid(), quantity: z.int().min(1).max(99) }).meta({ id: 'Item' });
export const Basket = z.strictObject({ items: z.array(Item).max(3), note: z.string().max(5).optional() });
const answers = { 200: { description: 'What was understood', schema: z.unknown() } };
const common = { permission: 'cart:read', access: 'cart', tag: 'baskets', answers } as const;

/** Answers what it understood. */
export const readBasket = route({
  ...common,
  method: 'get',
  path: '/baskets/{id}',
  summary: 'A basket',
  params: z.strictObject({ id: z.coerce.number().int() }),
  query: z.strictObject({ limit: z.coerce.number().int().max(100).default(20) }),
  handle: async ({ params, query }) => ({ status: 200, body: { id: params.id, limit: query.limit }, etag: true }),
});

export const makeBasket = route({
  ...common,
  method: 'post',
  path: '/baskets',
  summary: 'Makes a basket',
  body: Basket,
  errors: ['INSUFFICIENT_INVENTORY', 'CART_NOT_FOUND'],
  idempotent: true,
  waits: true,
  handle: async ({ body }) => ({ status: 200, body: { items: body.items.length } }),
});

/** Takes any bytes. */
export const hook = route({
  ...common,
  method: 'post',
  path: '/hooks/{provider}',
  access: 'webhook',
  summary: 'A webhook',
  params: z.strictObject({ provider: z.string() }),
  rawBody: true,
  handle: async ({ body }) => ({ status: 200, body: { bytes: body.length } }),
});

/** A route that does whatever the test wants at that moment. */
export const doing = (
  handle: Parameters<typeof route<unknown, unknown, unknown>>[0]['handle'],
  path = '/do',
): AnyRoute => route({ ...common, method: 'get', path, summary: 'Does it', handle });
