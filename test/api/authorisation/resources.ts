import { sealColumn } from '../../../src/entities/account/privacy/vault.ts';
import { tokenFor } from '../../../src/infra/crypto/tokens.ts';
import { newId } from '../../../src/infra/ids.ts';
import { BENGALURU } from '../../support/address.ts';
import { stockVariant } from '../../support/books.ts';
import { plantOrder } from '../../support/orders.ts';
import { type PeopleShop, type Request, SECRET } from '../people-shop.ts';
import type { Caller, openCallers } from './callers.ts';

type Callers = Awaited<ReturnType<typeof openCallers>>;

/** A request to a route: with what it is about, made anew each time, as requests use things up. */
export interface Aimed {
  path: string;
  body?: unknown;
  cartToken?: string;
}

/** What each route needs beyond a random id and an empty body to be answered well. Guests own what guests ask for, else the customer does. */
export async function openThings(shop: PeopleShop, callers: Callers) {
  const variantId = await stockVariant(shop.db.query, { stock: 1_000_000 });

  const make = async <T>(path: string, body: unknown, request: Request): Promise<T> => {
    const answer = await shop.ask<T>('POST', path, { body, ...request });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const asOwner = async (caller: Caller): Promise<Request> =>
    caller === 'guest' ? {} : { token: await callers.token('customer', 'customer') };

  async function cart(caller: Caller) {
    const items = [{ variantId, quantity: 1 }];
    const owner = await asOwner(caller);
    type Cart = { id: string; cartToken?: string; items: { id: string }[] };
    const { id, cartToken, items: lines } = await make<Cart>('/store/cart', { items }, owner);
    return { id, itemId: lines[0]?.id ?? '', ...(cartToken && { cartToken }) };
  }

  async function checkout(caller: Caller) {
    const { id: cartId, cartToken } = await cart(caller);
    const owner = cartToken ? { cartToken } : await asOwner(caller);
    const { id } = await make<{ id: string }>('/store/checkout', submission(cartId), owner);
    return { id, ...(cartToken && { cartToken }) };
  }

  async function order(caller: Caller) {
    const { checkoutId, orderId: id } = await plantOrder(shop.db.query);
    // Its cart has the same id.
    if (caller === 'guest') {
      const email = sealColumn(shop.deps.vault, 'asha@example.com', `checkouts.email:${checkoutId}`);
      await shop.db.query(`update checkouts set email = $2 where id = $1`, [checkoutId, email]);
      return { id, cartToken: tokenFor(SECRET, checkoutId) };
    }
    await shop.db.query(`update orders set customer_id = $2 where id = $1`, [id, callers.ids.customer]);
    return { id };
  }

  const address = async () => {
    // There may be fifty of them.
    await shop.db.query(`delete from addresses where account_id = $1`, [callers.ids.customer]);
    return {
      id: (await make<{ id: string }>('/store/account/addresses', BENGALURU, await asOwner('customer'))).id,
    };
  };
  const session = async () => ({ id: (await callers.session('customer', 'customer')).sessionId });

  const SPECIAL: Record<
    string,
    (caller: Caller) => Promise<{ id?: string; itemId?: string; body?: unknown; cartToken?: string }>
  > = {
    'POST /api/v1/store/cart': async () => ({ body: {} }),
    'GET /api/v1/store/cart/{id}': cart,
    'POST /api/v1/store/cart/{id}/items': async (caller) => ({
      ...(await cart(caller)),
      body: { variantId, quantity: 1 },
    }),
    'PATCH /api/v1/store/cart/{id}/items/{itemId}': async (caller) => ({
      ...(await cart(caller)),
      body: { quantity: 2 },
    }),
    'DELETE /api/v1/store/cart/{id}/items/{itemId}': cart,
    'POST /api/v1/store/cart/{id}/discounts': async (caller) => ({ ...(await cart(caller)), body: { code: 'NOSUCH' } }),
    'DELETE /api/v1/store/cart/{id}/discounts/{code}': cart,
    'GET /api/v1/store/cart/{id}/shipping-methods': cart,
    'PUT /api/v1/store/cart/{id}/shipping': async (caller) => ({
      ...(await cart(caller)),
      body: { state: 'IN-KA', shippingMethodId: null },
    }),
    'POST /api/v1/store/pricing/explain': async (caller) => {
      const { id, cartToken } = await cart(caller);
      return { body: { cartId: id }, ...(cartToken && { cartToken }) };
    },
    'POST /api/v1/store/checkout': async (caller) => {
      const { id, cartToken } = await cart(caller);
      return { body: submission(id), ...(cartToken && { cartToken }) };
    },
    'GET /api/v1/store/checkout/{id}': checkout,
    'GET /api/v1/store/checkout/{id}/events': checkout,
    'POST /api/v1/store/checkout/{id}/payment': async (caller) => ({
      ...(await checkout(caller)),
      body: { paymentMethod: 'pm_card_visa' },
    }),
    'POST /api/v1/store/checkout/{id}/cancel': checkout,
    ...Object.fromEntries(
      ['', '/shipments', '/invoice', '/credit-notes', '/credit-notes/{noteId}', '/commands/{commandId}'].map((path) => [
        `GET /api/v1/store/orders/{id}${path}`,
        order,
      ]),
    ),
    'POST /api/v1/store/orders/{id}/cancel': order,
    'POST /api/v1/store/orders/{id}/returns': async (caller) => ({
      ...(await order(caller)),
      body: { lines: [{ line: 1, quantity: 1 }], reason: 'damaged' },
    }),
    'POST /api/v1/store/orders/{id}/returns/{returnId}/withdraw': order,
    'GET /api/v1/store/account/cart': async (caller) => {
      const owner = caller === 'other' ? 'other' : 'customer';
      await make('/store/cart', {}, { token: await callers.token(owner, 'customer') });
      return {};
    },
    'DELETE /api/v1/store/account/sessions/{id}': session,
    'GET /api/v1/store/account/addresses/{id}': address,
    'PATCH /api/v1/store/account/addresses/{id}': address,
    'DELETE /api/v1/store/account/addresses/{id}': address,
  };

  /** The request of a caller to a route, without the credentials. */
  return async (route: string, caller: Caller): Promise<Aimed> => {
    const { body, cartToken, ...ids } = (await SPECIAL[route]?.(caller)) ?? {};
    const fill = (name: string) => Reflect.get({ queue: 'payments', provider: 'stripe', ...ids }, name) ?? newId();
    const path = route.split(' ')[1]?.replace(/\{(\w+)\}/g, (_, name: string) => fill(name)) ?? '';
    return { path, ...(body !== undefined && { body }), ...(caller === 'guest' && cartToken && { cartToken }) };
  };
}

const submission = (cartId: string) => ({ cartId, email: 'asha@example.com', shippingAddress: BENGALURU });
