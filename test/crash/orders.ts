import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { stripeProvider } from '../../src/ports/payments/stripe.ts';
import type { Told } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { openStaff, persistently, signInStaff } from './people.ts';
import { type At, byCard, PATIENCE_MS, PRICE, type Scenario } from './scenarios.ts';

const KEYS = { secretKey: 'sk_test_development', webhookSecret: 'whsec_development' };

/** Staff ask an order for what it does not allow, and then cancel it: refused once, cancelled once, refunded once. */
export const calledOff: Scenario = {
  name: 'order cancelled',
  ends: 'called off',
  prepare: async (at) => {
    await openStaff(at.harness);
    return byCard.act(at, undefined);
  },
  act: async (at, bought) => {
    if (!bought?.orderId) throw new Error('this scenario prepares an order');
    const path = `/../admin/orders/${bought.orderId}`;
    const early = await tell(at, `${path}/shipments`, {});
    expect(early).to.include({ state: 'refused' });
    const cancelled = await tell(at, `${path}/transitions`, { command: 'CANCEL', reason: 'The customer rang' });
    expect(cancelled).to.include({ state: 'done', error: null });
    return bought;
  },
};

/** All the money goes back in the dashboard of the provider before anything was sent: then nothing will be. It gets one credit note. */
export const refundedByStaff: Scenario = {
  name: 'refunded at the desk',
  ends: 'called off',
  prepare: (at) => byCard.act(at, undefined),
  act: async ({ harness }, bought) => {
    const provider = stripeProvider({ ...KEYS, apiUrl: harness.simulator });
    const intentId = bought?.payment?.intentId ?? '';
    await provider.refund({ intentId, amount: PRICE, key: randomUUID(), reference: 'the desk' });
    if (!bought) throw new Error('this scenario prepares an order');
    const notes = `select total::int from documents where order_id = $1 and kind = 'credit-note'`;
    const noted = async () => {
      const rows = await harness.books.query<{ total: number }>(notes, [bought.orderId]);
      return rows.length > 0 && rows;
    };
    expect(await waitFor('the credit note', noted, PATIENCE_MS)).to.deep.equal([{ total: PRICE }]);
    return bought;
  },
};

/** The invoice of an order is issued once, and drawn once, however often somebody asks for it. */
export const withInvoice: Scenario = {
  ...byCard,
  name: 'card, and the invoice',
  prepare: async (at) => {
    await openStaff(at.harness);
    return undefined;
  },
  act: async (at, prepared) => {
    const bought = await byCard.act(at, prepared);
    const { accessToken } = await signInStaff(at.harness);
    const url = `${at.harness.shop.url}/api/v1/admin/orders/${bought.orderId}/invoice`;
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/pdf' };
    await waitFor('the PDF', async () => (await fetch(url, { headers })).status === 200, PATIENCE_MS);
    const issued = `select kind from documents where order_id = $1`;
    expect(await at.harness.books.query(issued, [bought.orderId])).to.deep.equal([{ kind: 'invoice' }]);
    return bought;
  },
};

/** Gives a command, and looks until it is decided. */
async function tell({ harness }: At, path: string, body: object): Promise<Told> {
  const { shop } = harness;
  const { accessToken } = await signInStaff(harness);
  const headers = { 'idempotency-key': randomUUID() };
  const ask = () => shop.ask<Told>('POST', path, { accessToken, headers, body });
  const { id, orderId } = (await persistently('the command is accepted', ask)).body;
  const look = async () => {
    const { body: now } = await shop.ask<Told>('GET', `/../admin/orders/${orderId}/commands/${id}`, { accessToken });
    return now.state !== 'pending' && now;
  };
  return waitFor('the command is decided', look, PATIENCE_MS);
}
