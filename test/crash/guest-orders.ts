import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { accountToken } from '../../src/entities/account/account-token.ts';
import { DEVELOPMENT } from '../../tools/stack/environment.ts';
import { waitFor } from '../support/wait-for.ts';
import { persistently } from './people.ts';
import { PATIENCE_MS, type Scenario } from './scenarios.ts';

/** A guest opens an account afterwards and proves the address: the order joins it, once. */
export const claimedLater: Scenario = {
  name: 'a guest who then opens an account',
  ends: 'sold',
  async prepare({ harness, variantId }) {
    const email = `crash-${randomUUID()}@example.com`;
    const body = { email, password: 'correct horse battery', name: 'Asha Rao' };
    const bought = await harness.shop.buy([{ variantId, quantity: 1 }], { email });
    const registered = await harness.shop.ask<{ accessToken: string }>('POST', '/account/register', { body });
    expect(registered.status).to.equal(201);
    return { ...bought, accessToken: registered.body.accessToken };
  },
  async act({ harness: { shop, books } }, bought) {
    if (!bought) throw new Error('this scenario prepares an order');
    const { accessToken, ...guest } = bought;
    const [mail] = await books.query<{ id: string; accountId: string }>(
      `select t.id, t.account_id as "accountId" from account_tokens t join accounts a on a.id = t.account_id
        join checkouts k on k.email_index = a.email_index where k.id = $1 and t.purpose = 'verify-email'`,
      [bought.id],
    );
    const token = accountToken(DEVELOPMENT.APP_SECRET, { id: mail?.id ?? '', purpose: 'verify-email' });
    const verify = () => shop.ask('POST', '/account/email/verify', { accessToken, body: { token } });
    expect((await persistently('the address is verified', verify)).status).to.equal(204);
    const claims = `select 1 from orders o join order_history h on h.order_id = o.id and h.event = 'CLAIMED'
      where o.id = $1 and o.customer_id = $2`;
    const isJoined = async () => (await books.query(claims, [bought.orderId, mail?.accountId])).length === 1;
    await waitFor('the order has joined the account', isJoined, PATIENCE_MS);
    return guest;
  },
};
