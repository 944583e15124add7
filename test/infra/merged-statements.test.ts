import { expect } from 'chai';
import { forAnyKeys, mergingReads, mergingRuns, ranked } from '../../src/infra/database/groups/merged-statements.ts';
import type { Query } from '../../src/infra/database/query.ts';

const LOCK = ranked(forAnyKeys('lock $1 of the merged', 'id'), 2);
const COUNT = ranked('count $1 of the merged', 1);
const READ = forAnyKeys('read $1 of the merged', 'id');

describe('statements of several callers', () => {
  /** What reached the connection, as `sql params`; each key is answered by a row. */
  function connection() {
    const sent: string[] = [];
    const run: Query = async <R extends object>(sql: string, params: readonly unknown[]) => {
      sent.push(`${sql.split(' ')[0]} ${JSON.stringify(params)}`);
      const [keys] = params;
      return (Array.isArray(keys) ? keys.map((id) => ({ id: String(id).toLowerCase() })) : []) as R[];
    };
    return { sent, run };
  }

  it('become one where they come at the same time, and each caller gets its own rows', async () => {
    const { sent, run } = connection();
    const runs = mergingRuns(run);
    const answers = await Promise.all(['a', 'b', 'a'].map((id) => runs.caller().run(READ, [[id]])));
    expect(sent).to.deep.equal(['read [["a","b"]]']);
    expect(answers).to.deep.equal([[{ id: 'a' }], [{ id: 'b' }], [{ id: 'a' }]]);
  });

  it('find the rows of an id in upper case, which the server writes in lower case', async () => {
    const { run } = connection();
    const read = mergingReads(run);
    expect(await Promise.all([read(READ, [['AB']]), read(READ, [['cd']])])).to.deep.equal([
      [{ id: 'ab' }],
      [{ id: 'cd' }],
    ]);
  });

  it('run in the sequence in which each caller sent them', async () => {
    const { sent, run } = connection();
    const { run: ask } = mergingRuns(run).caller();
    await Promise.all([ask('first', []), ask(READ, [['a']]), ask('third', [])]);
    expect(sent).to.deep.equal(['first []', 'read [["a"]]', 'third []']);
  });

  it('that take locks wait until every caller has come so far, and lock together', async () => {
    const { sent, run } = connection();
    const runs = mergingRuns(run);
    const [one, other] = [runs.caller(), runs.caller()];
    const locked = one.run(LOCK, [['b']]);
    await other.run('look', ['x']);
    expect(sent).to.deep.equal(['look ["x"]']);
    await Promise.all([locked, other.run(LOCK, [['a']])]);
    expect(sent).to.deep.equal(['look ["x"]', 'lock [["a","b"]]']);
  });

  it('that take locks do not wait for a caller who has ended', async () => {
    const { sent, run } = connection();
    const runs = mergingRuns(run);
    const [one, other] = [runs.caller(), runs.caller()];
    const locked = one.run(LOCK, [['b']]);
    other.end();
    expect(await locked).to.deep.equal([{ id: 'b' }]);
    expect(sent).to.deep.equal(['lock [["b"]]']);
  });

  it('take the locks of a lower rank first, in the order of their parameters', async () => {
    const { sent, run } = connection();
    const runs = mergingRuns(run);
    const callers = [runs.caller(), runs.caller(), runs.caller()];
    const [one, two, three] = callers;
    const all = [one?.run(LOCK, [['a']]), two?.run(COUNT, ['z']), three?.run(COUNT, ['y'])];
    await Promise.all(all.slice(1));
    expect(sent).to.deep.equal(['count ["y"]', 'count ["z"]']);
    two?.end();
    three?.end();
    await Promise.all(all);
    expect(sent.at(-1)).to.equal('lock [["a"]]');
  });
});
