import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { beginSession } from '../../src/entities/access/session.ts';
import { Account, type PersonalDetails } from '../../src/entities/account/account.ts';
import { openVault, SEALED_COLUMNS, type Vault } from '../../src/entities/account/privacy/vault.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';
import { BENGALURU } from '../support/address.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { itAll } from '../support/extent.ts';
import { waitFor } from '../support/wait-for.ts';

const TOOL = join(import.meta.dirname, '../../tools/rotate-keys.ts');
const SECRET = 'a secret of at least 32 characters';
const keyOf = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const [OLD, NEW] = [keyOf('old', 1), keyOf('new', 2)];
const BOTH = `${NEW},${OLD}`;

type Fact = Record<string, unknown>;

interface Rotation {
  child: ChildProcess;
  facts: Fact[];
  complaints: string[];
  ended: Promise<number | null>;
}

describe('bin/rotate-keys', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  const [before, both, after] = [OLD, BOTH, NEW].map((dataKeys) => openVault({ dataKeys, secret: SECRET })) as [
    Vault,
    Vault,
    Vault,
  ];
  beforeEach(async () => {
    fresh = await freshDatabase();
  });
  afterEach(() => fresh.close());

  const query = <R extends object>(sql: string, params: unknown[] = []) => fresh.db.query<R>(sql, params);

  function start(args: string[] = [], dataKeys = BOTH): Rotation {
    const env = { ...process.env, DATABASE_URL: fresh.url, APP_SECRET: SECRET, DATA_KEYS: dataKeys };
    const child = spawn(process.execPath, [TOOL, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const facts: Fact[] = [];
    const complaints: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
    const lines = createInterface({ input: child.stdout }).on('line', (line) => facts.push(JSON.parse(line)));
    const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(([[code]]) => code as number | null);
    return { child, facts, complaints, ended };
  }

  async function run(args: string[] = [], dataKeys = BOTH) {
    const { ended, facts, complaints } = start(args, dataKeys);
    return { code: await ended, facts, complaints: complaints.join('\n'), report: facts.at(-1) as Fact };
  }

  const personOf = (index: number): PersonalDetails => ({
    email: `asha.${index}@example.com`,
    name: `Asha ${index}`,
    phone: index % 3 === 0 ? null : `+91 98450 ${10_000 + index}`,
  });

  /** Customers with a session each, sealed by the old key. */
  async function people(count: number, vault = before): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      await unitOfWork(fresh.db, 'test', async (tx) => {
        const account = Account.open(tx, vault, { kind: 'customer', passwordHash: null, ...personOf(index) });
        beginSession(tx, vault, { account, client: `Browser ${index}` });
        ids.push(account.id);
      });
    }
    return ids;
  }

  /** A checkout with these columns as they are given. */
  async function checkout(row: { email: string; shipping: string; billing: string | null }, id = newId()) {
    await query(
      `with cart as (insert into carts (id, currency, status, created_at, updated_at) values ($2, 'INR', 'open', now(), now()))
        insert into checkouts (id, order_id, cart_id, cart_version, email, shipping_address, billing_address, place_of_supply,
          currency, state, reason, busy, steps, version, created_at, updated_at)
        values ($1, $3, $2, 1, $4, $5, $6, 'IN-KA', 'INR', 'CANCELLED', 'CANCELLED_BY_CUSTOMER', false, 1, 7, now(), now())`,
      [id, newId(), newId(), row.email, row.shipping, row.billing],
    );
    return id;
  }

  /** Every sealed value, opened with the vault. @throws Error when one cannot be opened. */
  async function everything(vault: Vault): Promise<string[]> {
    const opened: string[] = [];
    for (const [table, columns] of Object.entries(SEALED_COLUMNS)) {
      for (const row of await query<Record<string, string>>(
        `select id, ${columns.join(', ')} from ${table} order by id`,
      )) {
        for (const column of columns) {
          const value = row[column];
          if (value != null) opened.push(vault.ring.open(value, `${table}.${column}:${row.id}`));
        }
      }
    }
    return opened;
  }

  const sealedBy = async (key: string) =>
    (
      await query<{ n: number }>(`select count(*)::int as n from accounts where starts_with(email, $1)`, [`v1.${key}.`])
    )[0]?.n;

  it('seals everything anew: afterwards the new key alone opens it, and it says the same', async () => {
    const [id = ''] = await people(26);
    const address = before.ring.seal(JSON.stringify(BENGALURU), `addresses.address:${id}`);
    await query(`insert into addresses values ($1, $1, $2, true, 3, now(), now())`, [id, address]);
    const said = await everything(before);
    const versions = await query(`select id, version, updated_at from accounts order by id`);
    const { code, facts, report } = await run(['--batch', '10']);
    expect(code).to.equal(0);
    expect(facts.filter(({ held }) => held)).to.deep.equal([]);
    expect(await everything(after)).to.deep.equal(said);
    expect(await query(`select id, version, updated_at from accounts order by id`)).to.deep.equal(versions);
    const keys = { accounts: { new: 26 }, addresses: { new: 1 }, sessions: { new: 26 } };
    expect(report).to.deep.equal({ current: 'new', keys, left: {} });
    const again = await run();
    expect([again.code, again.facts]).to.deep.equal([0, [report]]);
  });

  itAll('seals what stands in clear from before: checkouts of earlier versions', async () => {
    const shipping = JSON.stringify(BENGALURU);
    const id = await checkout({ email: 'asha@example.com', shipping, billing: null });
    const { code, report } = await run();
    expect([code, report.keys]).to.deep.equal([0, { checkouts: { new: 1 } }]);
    expect(await everything(after)).to.deep.equal(['asha@example.com', shipping]);
    expect(await query(`select billing_address, version from checkouts where id = $1`, [id])).to.deep.equal([
      { billing_address: null, version: 7 },
    ]);
  });

  itAll('names rows that cannot be opened, leaves them as they are, and goes on', async () => {
    const [id = '', other = ''] = await people(30);
    await query(`update accounts set name = (select name from accounts where id = $2) where id = $1`, [id, other]);
    const damaged = await checkout({ email: 'no address', shipping: JSON.stringify(BENGALURU), billing: null });
    const rows = () =>
      Promise.all([
        query(`select * from accounts where id = $1`, [id]),
        query(`select * from checkouts where id = $1`, [damaged]),
      ]);
    const untouched = await rows();
    const { code, facts, report } = await run(['--batch', '7']);
    expect(code).to.equal(1);
    expect(facts.filter(({ problem }) => problem)).to.have.deep.members([
      { table: 'accounts', id, problem: 'no key opens it' },
      { table: 'checkouts', id: damaged, problem: 'no key opens it' },
    ]);
    expect(report.left).to.deep.equal({ accounts: 1, checkouts: 1 });
    expect(report.keys).to.deep.include({ accounts: { new: 29, old: 1 } });
    expect(await rows()).to.deep.equal(untouched);
  });

  itAll('cannot open anything without the old key, and then touches nothing', async () => {
    await people(3);
    const { code, report } = await run([], NEW);
    expect([code, report.left]).to.deep.equal([1, { accounts: 3, sessions: 3 }]);
    expect(await everything(before)).to.include('Asha 2');
  });

  itAll('counts only, when asked to', async () => {
    await people(3);
    const { code, facts } = await run(['--dry-run']);
    const keys = { accounts: { old: 3 }, sessions: { old: 3 } };
    expect([code, facts]).to.deep.equal([1, [{ current: 'new', keys, left: { accounts: 3, sessions: 3 } }]]);
    expect(await everything(before)).to.include('Asha 2');
  });

  itAll('counts idempotent answers, which run out by themselves', async () => {
    const body = JSON.stringify(before.ring.seal('{}', 'idempotency_keys.body:s k'));
    await query(`insert into idempotency_keys values ('s', 'k', 'h', 200, '{}', $1, now())`, [body]);
    const { code, report } = await run();
    expect([code, report.keys]).to.deep.equal([0, { idempotency_keys: { old: 1 } }]);
  });

  itAll('goes on where it was killed', async () => {
    await people(300);
    const said = await everything(before);
    const killed = start(['--batch', '3']);
    await waitFor('some rows are done', () => killed.facts.length > 5);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const [done = 0, left = 0] = await Promise.all([sealedBy('new'), sealedBy('old')]);
    expect(Math.min(done, left), `${done} done, ${left} left`).to.be.above(0);
    expect(await everything(both)).to.deep.equal(said);
    const { code, facts } = await run();
    expect([code, facts[0]]).to.deep.equal([0, { table: 'accounts', resealed: Math.min(200, left) }]);
    expect(await everything(after)).to.deep.equal(said);
  });

  itAll('loses no edit that happens beside it, and disturbs no reader', async () => {
    const ids = await people(200);
    const rotation = start(['--batch', '5']);
    let isOver = false;
    const ended = rotation.ended.finally(() => {
      isOver = true;
    });
    const names = new Map<string, { name: string; version: number }>();
    const edit = async (writer: number) => {
      // Old processes go on sealing with the old key for a while: the rotation has to come back for those.
      for (let turn = 0; !isOver; turn += 1) {
        const id = ids[(turn * 7 + writer) % ids.length] ?? '';
        const name = `Name ${writer}.${turn}`;
        await unitOfWork(fresh.db, 'test', async (tx) => {
          const [account] = writer % 2 === 0 ? await tx.find(Account, { id }) : [await tx.lock(Account, { id })];
          if (!account) throw new Error('the account is gone');
          account.setPerson(turn < 40 ? before : both, { ...account.person(both), name });
          // Whoever hears of a commit first need not have committed first: the version tells.
          tx.afterCommit(() => {
            if ((names.get(id)?.version ?? 0) < account.version) names.set(id, { name, version: account.version });
          });
        });
      }
    };
    const read = async () => {
      for (let turn = 0; !isOver; turn += 1) {
        const [account] = await unitOfWork(fresh.db, 'test', (tx) =>
          tx.find(Account, { id: ids[turn % ids.length] ?? '' }),
        );
        expect(account?.person(both).name).to.match(/^(Asha|Name) /);
      }
    };
    await Promise.all([edit(0), edit(1), edit(2), edit(3), read(), read()]);
    expect(await ended).to.equal(0);
    expect(names.size).to.be.above(20);
    const stored = await unitOfWork(fresh.db, 'test', (tx) => tx.find(Account, { kind: 'customer' }));
    for (const account of stored) {
      const edited = names.get(account.id);
      if (edited) expect({ name: account.person(after).name, version: account.version }).to.deep.equal(edited);
      else expect([account.person(after).name.slice(0, 5), account.version]).to.deep.equal(['Asha ', 1]);
    }
  });

  itAll('comes back for rows that somebody holds', async () => {
    const [id = ''] = await people(5);
    const { rotation, heldBefore } = await unitOfWork(fresh.db, 'test', async (tx) => {
      await tx.lock(Account, { id });
      const rotation = start();
      await waitFor('the others are done', () => rotation.facts.some(({ held }) => held === 1));
      return { rotation, heldBefore: await sealedBy('old') };
    });
    expect(heldBefore).to.equal(1);
    expect(await rotation.ended).to.equal(0);
    expect(await sealedBy('new')).to.equal(5);
  });

  itAll('may run twice at once', async () => {
    await people(60);
    const said = await everything(before);
    const codes = await Promise.all([start(['--batch', '2']).ended, start(['--batch', '3']).ended]);
    expect(codes).to.deep.equal([0, 0]);
    expect(await everything(after)).to.deep.equal(said);
  });

  it('says what is wrong with how it was called', async () => {
    const wrong = await run(['--batch', 'all']);
    expect([wrong.code, wrong.complaints.split('\n')[0]]).to.deep.equal([
      2,
      'bin/rotate-keys: --batch must be a whole number from 1 to 5000',
    ]);
    const unset = await run([], 'k1:short');
    expect(unset.code).to.equal(1);
    expect(unset.complaints).to.include('DATA_KEYS: the key of entry 1');
  });
});
