import { expect } from 'chai';
import { openReceiver } from '../support/receiver.ts';
import { waitFor } from '../support/wait-for.ts';
import { openStaff, persistently, signInStaff } from './people.ts';
import { byCard, PATIENCE_MS, type Scenario } from './scenarios.ts';

/** Somebody wants to hear of orders: they hear of this one, perhaps twice, and then under the same ids. */
export const withSubscriber: Scenario = {
  ...byCard,
  name: 'card, with a subscriber',
  prepare: async ({ harness }) => {
    await openStaff(harness);
    return undefined;
  },
  act: async (at, prepared) => {
    const { shop, books } = at.harness;
    const receiver = await openReceiver();
    const { accessToken } = await signInStaff(at.harness);
    const body = { url: receiver.url, events: ['order.confirmed'] };
    const subscribe = () => shop.ask<{ id: string }>('POST', '/../admin/webhooks', { accessToken, body });
    const { id } = (await persistently('the subscription is made', subscribe)).body;
    try {
      const bought = await byCard.act(at, prepared);
      const look = `select 1 from webhook_deliveries where subscription_id = $1 and state = 'delivered'`;
      await waitFor('it is delivered', async () => (await books.query(look, [id])).length === 1, PATIENCE_MS);
      const ids = receiver.received.map(({ headers, body: told }) => `${headers['vcecom-delivery-id']} ${told.id}`);
      expect(new Set(ids).size).to.equal(1);
      expect(receiver.received[0]?.body.data).to.include({ orderId: bought.orderId });
      return bought;
    } finally {
      await books.query(`delete from webhook_subscriptions where id = $1`, [id]);
      await receiver.close();
    }
  },
};
