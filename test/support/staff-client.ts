import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { AdminOrder } from '../../src/api/orders/order-view.ts';
import { openShop, type Shop } from './shop.ts';
import { waitFor } from './wait-for.ts';

/** A command about an order, as the one who gave it sees it. */
export interface Told {
  id: string;
  orderId: string;
  command: string;
  state: 'pending' | 'done' | 'refused';
  result: { shipmentId?: string; refundId?: string; returnId?: string } | null;
  error: { code: string; details: Record<string, unknown> } | null;
}

/** What staff do with orders. */
export interface StaffClient {
  ask: Shop['ask'];
  /** Any request under /api/v1/admin; `order` is a path below the orders. */
  order(id: string): Promise<AdminOrder>;
  /** Gives a command and waits until it is decided. */
  tell(orderId: string, path: string, body?: object): Promise<Told>;
  /** The same, of a command that is carried out. */
  done(orderId: string, path: string, body?: object): Promise<AdminOrder>;
  /** The order as soon as it is as wished. */
  until(orderId: string, what: string, is: (order: AdminOrder) => boolean): Promise<AdminOrder>;
}

/** Signs a member of staff in at a stack whose seed made the administrator and the others of development. */
export async function openStaffClient(url: string, email = 'admin@example.com'): Promise<StaffClient> {
  const visitor = openShop(url);
  const body = { email, password: 'vcecom development' };
  const { body: tokens } = await visitor.ask<{ accessToken: string }>('POST', '/../admin/account/login', { body });
  const { ask } = openShop(url, tokens.accessToken);
  const order = async (id: string) => {
    const answer = await ask<AdminOrder>('GET', `/../admin/orders/${id}`);
    expect(answer.status).to.equal(200);
    return answer.body;
  };
  const tell = async (orderId: string, path: string, given: object = {}) => {
    const headers = { prefer: 'wait=20', 'idempotency-key': randomUUID() };
    const answer = await ask<Told>('POST', `/../admin/orders/${orderId}/${path}`, { body: given, headers });
    if (answer.status === 200) return answer.body;
    const { commandId } = answer.body.error?.details ?? {};
    if (!commandId) throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return (await ask<Told>('GET', `/../admin/orders/${orderId}/commands/${commandId}`)).body;
  };
  return {
    ask,
    order,
    tell,
    async done(orderId, path, given) {
      const told = await tell(orderId, path, given);
      if (told.state !== 'done') throw new Error(`${path} was ${told.state}: ${JSON.stringify(told.error)}`);
      return order(orderId);
    },
    until: (orderId, what, is) =>
      waitFor(what, async () => {
        const now = await order(orderId);
        return is(now) && now;
      }),
  };
}
