import { waitFor } from '../support/wait-for.ts';
import { type At, byCard, cancelled, PATIENCE_MS, PRICE, type Scenario } from './scenarios.ts';

/** A purchase while an older checkout, which ended without an order, is reduced and then removed. */
export const whileEndedCheckoutsGo: Scenario = {
  ...byCard,
  name: 'card, while old ones go',
  act: async (at, prepared) => {
    const before = { ...at, variantId: await at.harness.books.stock({ stock: 1, price: PRICE }) };
    const { id } = await cancelled.act(before, await cancelled.prepare(before));
    await age(at, id, '2 days');
    await waitFor('it knows nobody any more', () => isGone(at, id, 'and email is not null'), PATIENCE_MS);
    await age(at, id, '91 days');
    await waitFor('it is gone', () => isGone(at, id, ''), PATIENCE_MS);
    return byCard.act(at, prepared);
  },
};

/** It ended so long ago. */
const age = ({ harness }: At, id: string, since: string) =>
  harness.books.query(`update checkouts set updated_at = now() - $2::interval where id = $1`, [id, since]);

const isGone = async ({ harness }: At, id: string, and: string): Promise<boolean> =>
  (await harness.books.query(`select from checkouts where id = $1 ${and}`, [id])).length === 0;
