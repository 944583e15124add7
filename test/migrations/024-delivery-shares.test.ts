import { expect } from 'chai';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const REFUND = '01900000-0000-7000-8000-000000000001';

describe('the migration of delivery shares', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(() => fresh.close());

  it('takes refunds as they are, and adds the shares of a delivery up on its way back', async () => {
    const { query } = fresh.db;
    const { migrator } = fresh.db.orm;
    // Only these rows are of interest, not the refund that they belong to.
    await query(`alter table refund_lines disable trigger all`);
    await query(
      `insert into refund_lines (refund_id, order_id, line, share, quantity, amount, taxable, cgst, sgst, igst)
        values ($1, $1, 0, 1, 1, 500, 476, 12, 12, 0), ($1, $1, 0, 2, 1, 500, 424, 38, 38, 0), ($1, $1, 1, 0, 1, 1, -1, 1, 1, 0)`,
      [REFUND],
    );
    const lines = () =>
      query(`select line, amount::int, taxable::int, cgst::int from refund_lines where refund_id = $1 order by line`, [
        REFUND,
      ]);
    const added = [
      { line: 0, amount: 1_000, taxable: 900, cgst: 50 },
      { line: 1, amount: 1, taxable: -1, cgst: 1 },
    ];
    await migrator.down({ to: '023_command_results' });
    expect(await lines()).to.deep.equal(added);
  });

  it('goes up over refunds that are there', async () => {
    await fresh.db.orm.migrator.up();
    const shares = await fresh.db.query(`select distinct share from refund_lines where refund_id = $1`, [REFUND]);
    expect(shares).to.deep.equal([{ share: 0 }]);
  });
});
