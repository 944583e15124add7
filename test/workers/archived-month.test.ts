import { expect } from 'chai';
import { ARCHIVABLE_TABLES } from '../../src/entities/monthly-tables.ts';
import { archiveMonth, monthStart } from '../../src/infra/database/partitions.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { PaidOrder } from './paid-order.ts';

describe('an order whose month is in the archive', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database.close());

  it('can still be cancelled, with its money given back and a credit note, and its late steps are kept', async () => {
    const order = new PaidOrder(database);
    await order.place([{ quantity: 1, price: 118_000, half: 9_000, ratePercent: '18.00' }], { withDelivery: false });
    await order.issue();
    // As months later.
    for (const table of ARCHIVABLE_TABLES) {
      await archiveMonth(database.db, { table, start: monthStart(new Date(), 0) });
    }
    expect(await order.command('CANCEL')).to.equal(null);
    await order.settle();
    await order.issue();
    expect(await order.state()).to.equal('CANCELLED');
    expect(await order.notes()).to.deep.equal([118_000]);
    const steps = `select event from order_history where order_id = $1 order by seq`;
    const events = (await order.query<{ event: string }>(steps, [order.orderId])).map(({ event }) => event);
    expect(events).to.include('CANCEL').and.not.include('PLACED');
  });
});
