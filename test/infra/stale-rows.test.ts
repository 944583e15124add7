import { expect } from 'chai';
import { Cart } from '../../src/entities/cart/cart.ts';
import { groupedWork } from '../../src/infra/database/groups/grouped-work.ts';
import { type Tx, unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { recordFacts } from '../support/facts.ts';

describe('a row that no longer has the version that was loaded', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database?.close());

  const newCart = (): Promise<string> =>
    unitOfWork(database.db, 'test', async (tx) => {
      const cart = Cart.open({ currency: 'INR', customerId: null, now: tx.now });
      cart.store(tx);
      return cart.id;
    });
  /** Without its lock, as nobody should. */
  async function addCode(tx: Tx, id: string, code: string): Promise<void> {
    const [cart] = await tx.find(Cart, { id });
    if (!cart) throw new Error('there is no cart');
    cart.codes = [...cart.codes, code];
  }
  const codes = async (id: string) =>
    (await database.db.query<{ codes: string[] }>('select codes from carts where id = $1', [id]))[0]?.codes;

  it('has the unit of work done again', async () => {
    const id = await newCart();
    let attempts = 0;
    await unitOfWork(database.db, 'test', async (tx) => {
      attempts += 1;
      await addCode(tx, id, 'SECOND');
      if (attempts === 1) await unitOfWork(database.db, 'test', (other) => addCode(other, id, 'FIRST'));
    });
    expect([attempts, await codes(id)]).to.deep.equal([2, ['FIRST', 'SECOND']]);
  });

  it('has the members of a group done again, each on its own', async () => {
    const id = await newCart();
    const facts = recordFacts();
    const grouped = (key: string, work: (tx: Tx) => Promise<void>) =>
      groupedWork(database.db, { name: 'test.code', key }, work);
    await Promise.all([
      grouped('alone', async (tx) => void (await tx.query('select 1'))),
      grouped('one', (tx) => addCode(tx, id, 'ONE')),
      grouped('other', (tx) => addCode(tx, id, 'OTHER')),
    ]);
    facts.stop();
    expect(facts.of('work_group.repeated')).to.have.length(1);
    expect((await codes(id))?.toSorted()).to.deep.equal(['ONE', 'OTHER']);
  });
});
