import { expect } from 'chai';
import fc from 'fast-check';
import { groupedWork } from '../../src/infra/database/groups/grouped-work.ts';
import { forAnyKeys, forEachCall } from '../../src/infra/database/groups/merged-statements.ts';
import type { Tx } from '../../src/infra/database/unit-of-work.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { recordFacts } from '../support/facts.ts';

const LOCK = forAnyKeys('select id, n from tallies where id = any($1) order by id for update', 'id');
const READ = forEachCall('select n, $2::text as label from tallies where id = $1', ['int', 'text']);
const ADD = 'update tallies set n = n + 1 where id = $1';

describe('units of work in groups', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
    await database.db.query(`create table tallies (id int primary key, n int not null)`);
    await database.db.query(`create table entries (id int generated always as identity, tally int, name text unique,
        transaction text not null default pg_current_xact_id()::text)`);
  });
  beforeEach(async () => {
    await database.db.query(`truncate tallies, entries`);
    await database.db.query(`insert into tallies select id, 0 from generate_series(0, 9) as id`);
  });
  after(() => database?.close());

  const grouped = <T>(key: number, work: (tx: Tx) => Promise<T>) =>
    groupedWork(database.db, { name: 'test.add', key: String(key) }, work);

  /** The first unit of work has a transaction of its own, and the others wait for it. */
  const together = <T>(works: (() => Promise<T>)[]) => {
    const first = grouped(-1, async (tx) => void (await tx.query('select 1')));
    return Promise.all([first, Promise.allSettled(works.map((work) => work()))]).then(([, settled]) => settled);
  };

  async function add(tx: Tx, id: number, name: string | null = null): Promise<number> {
    const [locked] = await tx.query<{ id: number; n: number }>(LOCK, [[id]]);
    expect(locked?.id).to.equal(id);
    await tx.query(ADD, [id]);
    tx.append('entries', { tally: id, name });
    return (locked?.n ?? 0) + 1;
  }

  const tallies = async () =>
    (await database.db.query<{ n: number }>('select n from tallies order by id')).map(({ n }) => n);
  const transactions = async () =>
    (await database.db.query<{ transaction: string }>('select distinct transaction from entries')).length;

  it('share one transaction, and each gets the answers to its own statements', async () => {
    const work = (id: number) => () =>
      grouped(id, async (tx) => {
        const n = await add(tx, id);
        const rows = await tx.query(READ, [id, `tally ${id}`]);
        return { n, rows };
      });
    const settled = await together([1, 2, 3, 4, 5].map(work));
    const values = settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason));
    expect(values).to.deep.equal([1, 2, 3, 4, 5].map((id) => ({ n: 1, rows: [{ n: 1, label: `tally ${id}` }] })));
    expect(await transactions()).to.equal(1);
  });

  it('on one aggregate are never in one group', async () => {
    const settled = await together([1, 1, 1].map((id) => () => grouped(id, (tx) => add(tx, id))));
    const values = settled.map((one) => (one.status === 'fulfilled' ? one.value : 0));
    expect(values.sort()).to.deep.equal([1, 2, 3]);
    expect(await transactions()).to.equal(3);
  });

  it('that throw before they write drop out, and the others are not repeated', async () => {
    const facts = recordFacts();
    let runs = 0;
    const throws = () =>
      grouped(1, async (tx) => {
        await tx.query(LOCK, [[1]]);
        tx.append('entries', { tally: 1, name: 'nobody sees it' });
        throw new Error('refused');
      });
    const adds = () =>
      grouped(2, async (tx) => {
        runs += 1;
        return add(tx, 2);
      });
    const [refused, added] = await together<unknown>([throws, adds]);
    facts.stop();
    expect(refused).to.have.nested.property('reason.message', 'refused');
    expect(added).to.include({ status: 'fulfilled', value: 1 });
    expect(runs).to.equal(1);
    expect(facts.of('work_group.repeated')).to.deep.equal([]);
    expect(await database.db.query('select tally, name from entries')).to.deep.equal([{ tally: 2, name: null }]);
  });

  it('run their effects after the commit, and those of whoever failed never', async () => {
    const effects: string[] = [];
    const work = (id: number, fails: boolean) => () =>
      grouped(id, async (tx) => {
        tx.afterCommit(() => effects.push(`${id}`));
        await add(tx, id);
        if (fails) throw new Error('no');
      });
    await together([work(1, false), work(2, true), work(3, false)]);
    expect(effects.sort()).to.deep.equal(['1', '3']);
  });

  const member = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    does: fc.constantFrom('adds', 'refuses', 'throws early', 'throws late', 'takes a name', 'fails in Postgres'),
  });

  it('have the same effects as one by one, whatever some of them do', async () => {
    const property = fc.asyncProperty(fc.array(member, { minLength: 2, maxLength: 12 }), async (members) => {
      await database.db.query(`truncate entries`);
      await database.db.query(`update tallies set n = 0`);
      const settled = await together(
        members.map(
          ({ id, does }) =>
            () =>
              grouped(id, (tx) => act(tx, id, does)),
        ),
      );
      const told = settled.map((one) => (one.status === 'fulfilled' ? one.value : 'threw'));
      const expected = Array.from({ length: 10 }, () => 0);
      let names = 0;
      for (const [index, { id, does }] of members.entries()) {
        const isTaken = does === 'takes a name' && told[index] === 'threw';
        if (does === 'takes a name' && !isTaken) names += 1;
        const counts = does === 'adds' || (does === 'takes a name' && !isTaken);
        if (counts) expected[id] = (expected[id] ?? 0) + 1;
        if (does !== 'takes a name') expect(told[index]).to.equal(TOLD[does]);
      }
      expect(names).to.equal(members.some(({ does }) => does === 'takes a name') ? 1 : 0);
      expect(await tallies()).to.deep.equal(expected);
      const [row] = await database.db.query<{ count: number }>('select count(*)::int from entries');
      expect(row?.count).to.equal(expected.reduce((sum, n) => sum + n, 0));
    });
    await fc.assert(property, { numRuns: 40 });
  });

  const TOLD: Record<string, string> = {
    adds: 'added',
    refuses: 'refused',
    'throws early': 'threw',
    'throws late': 'threw',
    'fails in Postgres': 'threw',
  };

  async function act(tx: Tx, id: number, does: string): Promise<string> {
    await tx.query(LOCK, [[id]]);
    if (does === 'refuses') return 'refused';
    if (does === 'throws early') throw new Error(does);
    if (does === 'fails in Postgres') await tx.query('select 1 / $1::int', [0]);
    await add(tx, id, does === 'takes a name' ? 'the only one' : null);
    if (does === 'throws late') throw new Error(does);
    return 'added';
  }
});
