import { expect } from 'chai';
import { takeNumbers } from '../../../src/entities/invoice/issue.ts';
import { unitOfWork } from '../../../src/infra/database/unit-of-work.ts';
import { type FreshDatabase, freshDatabase } from '../../support/database.ts';

const AT_ONCE = 50;
const SERIES = { gstin: '29AABCV1234K1Z9', kind: 'invoice', year: '26-27' } as const;

describe('the numbers of a series', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
    await database.db.query(`create table taken (sequence integer primary key)`);
  });
  after(() => database.close());

  it(`have no gap and no double when ${AT_ONCE} take them at once and every other one is rolled back`, async () => {
    const takers = Array.from({ length: AT_ONCE }, (_, index) =>
      unitOfWork(database.db, 'test', async (tx) => {
        const count = 1 + (index % 3);
        const first = await takeNumbers(tx, SERIES, count);
        for (let sequence = first; sequence < first + count; sequence++) tx.append('taken', { sequence });
        await tx.write();
        if (index % 2) throw new Error('rolled back');
      }),
    );
    const results = await Promise.allSettled(takers);
    expect(results.filter(({ status }) => status === 'rejected')).to.have.length(AT_ONCE / 2);
    const rows = await database.db.query<{ sequence: number }>(`select sequence from taken order by sequence`);
    const kept = Array.from({ length: AT_ONCE }, (_, index) => (index % 2 ? 0 : 1 + (index % 3)));
    const total = kept.reduce((sum, count) => sum + count, 0);
    expect(rows.map(({ sequence }) => sequence)).to.deep.equal(Array.from({ length: total }, (_, index) => index + 1));
    const series = `select year, last from document_series order by year`;
    expect(await database.db.query(series)).to.deep.equal([{ year: '26-27', last: total }]);
  });

  it('begin with 1 in every year', async () => {
    const first = await unitOfWork(database.db, 'test', (tx) => takeNumbers(tx, { ...SERIES, year: '27-28' }, 2));
    expect(first).to.equal(1);
  });
});
