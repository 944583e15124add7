import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Told } from '../support/desk.ts';
import { waitFor } from '../support/wait-for.ts';
import { openStaff, persistently, signInStaff } from './people.ts';
import { type At, byCard, PATIENCE_MS, type Scenario } from './scenarios.ts';

/** Staff ask an order for what it does not allow, and then cancel it: refused once, cancelled once, refunded once. */
export const calledOff: Scenario = {
  name: 'order cancelled',
  ends: 'called off',
  prepare: async (at) => {
    await openStaff(at.stand);
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

/** Gives a command, and looks until it is decided. */
async function tell({ stand }: At, path: string, body: object): Promise<Told> {
  const { shop } = stand;
  const { accessToken } = await signInStaff(stand);
  const headers = { 'idempotency-key': randomUUID() };
  const ask = () => shop.ask<Told>('POST', path, { accessToken, headers, body });
  const { id, orderId } = (await persistently('the command is accepted', ask)).body;
  const look = async () => {
    const { body: now } = await shop.ask<Told>('GET', `/../admin/orders/${orderId}/commands/${id}`, { accessToken });
    return now.state !== 'pending' && now;
  };
  return waitFor('the command is decided', look, PATIENCE_MS);
}
