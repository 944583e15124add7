import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { ENTITIES } from '../../src/entities/schema.ts';
import { SESSION_SETTINGS } from '../../src/infra/database/connections/session-settings.ts';
import { type Database, openDatabase } from '../../src/infra/database/database.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';

const SETTINGS = `select name, setting from pg_settings where name = any($1)`;
const PID = 'select pg_backend_pid() as pid';
const PREPARED = `select count(*)::int as count from pg_prepared_statements where statement like '%of this test%'`;

describe('a connection of ours', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database?.close());

  type Ask = (sql: string, params: readonly unknown[]) => Promise<object[]>;
  const settingsOf = async (ask: Ask, ...names: string[]): Promise<Record<string, string>> => {
    const rows = (await ask(SETTINGS, [names])) as { name: string; setting: string }[];
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  };
  const single = (options: { namesStatements?: boolean } = {}): Promise<Database> =>
    openDatabase({ url: database.url, entities: ENTITIES, connections: 1, ...options });

  it('asks for nothing when it is made that a pooler would refuse', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const db = await openDatabase({ url: `postgres://nobody@127.0.0.1:${port}/shop`, entities: ENTITIES });
    for (const ask of [db.query, db.search]) {
      const refused = ask('select 1', []).catch(() => 'refused');
      const [socket] = (await once(server, 'connection')) as [Socket];
      const [first] = (await once(socket, 'data')) as [Buffer];
      const words = first.subarray(8).toString().split('\0');
      expect(words.filter((_, place) => place % 2 === 0 && words[place] !== '')).to.have.members([
        ...['user', 'database', 'client_encoding'],
        ...(words.includes('application_name') ? ['application_name'] : []),
      ]);
      socket.destroy();
      expect(await refused).to.equal('refused');
    }
    await db.close();
    server.close();
  });

  it('has the settings of all connections, also of a database without them', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await database.db.query(`alter database ${name} reset all`);
    const db = await single();
    const inWork = (sql: string, params: readonly unknown[]) =>
      unitOfWork(db, 'test', (tx) => tx.query<object & Record<string, unknown>>(sql, params));
    for (const ask of [db.query, inWork]) {
      expect(await settingsOf(ask, ...Object.keys(SESSION_SETTINGS))).to.deep.equal({
        ...{ jit: 'off', plan_cache_mode: 'force_generic_plan', lock_timeout: '15000' },
        ...{ idle_in_transaction_session_timeout: '10000', tcp_keepalives_idle: '30' },
      });
    }
    await db.close();
  });

  it('plans a search by its values, a list once, and ends both in time, for that search only', async () => {
    const names = ['plan_cache_mode', 'statement_timeout', 'lock_timeout'];
    expect(await settingsOf(database.db.search, ...names)).to.deep.equal({
      ...{ plan_cache_mode: 'force_custom_plan', statement_timeout: '10000', lock_timeout: '15000' },
    });
    expect(await settingsOf(database.db.list, ...names)).to.deep.equal({
      ...{ plan_cache_mode: 'force_generic_plan', statement_timeout: '10000', lock_timeout: '15000' },
    });
    const failed = await database.db.search('select 1 / $1::int', [0]).catch((error: Error) => error.message);
    expect(failed).to.equal('division by zero');
    expect(await database.db.search('select $1::int as one', [1])).to.deep.equal([{ one: 1 }]);
  });

  it('prepares a statement under a name, unless it is told not to', async () => {
    for (const [namesStatements, count] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const db = await single({ namesStatements });
      for (let n = 0; n < 3; n++)
        expect(await db.query('select $1::int as n /* of this test */', [n])).to.deep.equal([{ n }]);
      expect(await db.query(PREPARED)).to.deep.equal([{ count }]);
      await db.close();
    }
  });

  it('keeps the plan of a list, and none of a search', async () => {
    const db = await single();
    for (const ask of [db.search, db.list]) await ask('select $1::int as n /* of this test */', [1]);
    const plans = PREPARED.replace('count(*)::int as count', 'generic_plans::int, custom_plans::int');
    expect(await db.search(plans, [])).to.deep.equal([{ generic_plans: 1, custom_plans: 0 }]);
    await db.close();
  });

  it('ends after its longest life, half an hour, but not in the middle of its work', async () => {
    expect(database.db.pool.options.maxLifetimeSeconds).to.equal(1_800);
    const db = await openDatabase({ url: database.url, entities: ENTITIES, connections: 1, lifetimeSeconds: 1 });
    const pidOf = async (ask: Ask, sql = PID) => {
      const [row] = (await ask(sql, [])) as { pid: number }[];
      return row?.pid;
    };
    const isThere = 'select 1 from pg_stat_activity where pid = $1';
    for (const ask of [db.query, db.search]) {
      for (const sql of [PID, `${PID}, pg_sleep(1.2)`]) {
        const pid = await pidOf(ask, sql);
        await waitFor('it ends', async () => (await database.db.query(isThere, [pid])).length === 0);
        expect(await pidOf(ask)).not.to.equal(pid);
      }
    }
    await db.close();
  }).timeout(20_000);

  it('of a pooler has them from the database, once it is migrated', async () => {
    const [row] = await database.db.query<{ settings: string[] }>(
      `select setconfig as settings from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = $1)`,
      [process.env.TEST_TEMPLATE],
    );
    expect(row?.settings).to.include.members(['plan_cache_mode=force_generic_plan', 'jit=off', 'lock_timeout=15s']);
  });
});
