import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { deleteExpiredRows } from '../../src/entities/retention/expired-rows.ts';
import { RETENTION_RULES } from '../../src/entities/retention/rules.ts';
import { newId } from '../../src/infra/ids.ts';
import { stockVariant } from '../support/books.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const DAY_MS = 86_400_000;

describe('rows that are of no use any more', () => {
  let database: FreshDatabase;
  let accountId: string;
  beforeEach(async () => {
    database = await freshDatabase();
    accountId = newId();
    await insert('accounts', {
      id: accountId,
      kind: 'customer',
      status: 'active',
      email: 'sealed',
      email_index: 'index',
      name: 'sealed',
      created_at: daysAgo(400),
      updated_at: daysAgo(400),
    });
  });
  afterEach(() => database.close());

  const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

  async function insert(table: string, row: Record<string, unknown>): Promise<void> {
    const columns = Object.keys(row);
    const places = columns.map((_, index) => `$${index + 1}`);
    const sql = `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`;
    await database.db.query(sql, Object.values(row));
  }

  async function addSession({ expired, revoked, tokens = 1 }: { expired: number; revoked?: number; tokens?: number }) {
    const id = newId();
    const row = { id, account_id: accountId, client: 'sealed', created_at: daysAgo(200), last_used_at: daysAgo(200) };
    const end = { revoked_at: revoked ? daysAgo(revoked) : null, revoked_because: revoked ? 'logout' : null };
    await insert('sessions', { ...row, ...end, expires_at: daysAgo(expired) });
    await database.db.query(
      `insert into refresh_tokens (hash, session_id, created_at, used_at)
        select $1 || n, $1::text::uuid, now(), now() from generate_series(1, $2::int) n`,
      [id, tokens],
    );
    return id;
  }

  const ids = async (table: string): Promise<string[]> =>
    (await database.db.query<{ id: string }>(`select id from ${table} order by id`)).map(({ id }) => id);
  const countOf = async (table: string): Promise<number> =>
    (await database.db.query<{ count: number }>(`select count(*)::int as count from ${table}`))[0]?.count ?? -1;

  it('are tokens of mails that ran out more than 30 days ago', async () => {
    const token = (expired: number) => ({ id: newId(), expires_at: daysAgo(expired), created_at: daysAgo(40) });
    const rows = [token(31), token(29), token(-1)];
    for (const row of rows)
      await insert('account_tokens', { ...row, account_id: accountId, purpose: 'verify-email', used_at: daysAgo(35) });
    await deleteExpiredRows(database.db);
    expect(await ids('account_tokens')).to.deep.equal(rows.slice(1).map(({ id }) => id));
  });

  it('are requests for reset mails that no worker took for a day', async () => {
    const request = (days: number) => ({ id: newId(), kind: 'customer', email_index: 'i', created_at: daysAgo(days) });
    const rows = [request(1.1), request(0.9)];
    for (const row of rows) await insert('password_reset_requests', row);
    await deleteExpiredRows(database.db);
    expect(await ids('password_reset_requests')).to.deep.equal(rows.slice(1).map(({ id }) => id));
  });

  it('are changes of e-mail addresses that can no longer be undone', async () => {
    const change = (expired: number) => ({ id: newId(), created_at: daysAgo(7), expires_at: daysAgo(expired) });
    const rows = [change(0.1), change(-0.1)];
    const former = { former_email: 'sealed', former_email_index: 'index', is_undoable: true, holds_reset: false };
    for (const row of rows) await insert('email_changes', { ...row, ...former, account_id: accountId });
    await deleteExpiredRows(database.db);
    expect(await ids('email_changes')).to.deep.equal(rows.slice(1).map(({ id }) => id));
  });

  it('are imports that ended more than 30 days ago, and files that never came in as a whole, with their rows', async () => {
    const at = async (status: string, { made, ended }: { made: number; ended?: number }) => {
      const id = newId();
      const times = { created_at: daysAgo(made), finished_at: ended === undefined ? null : daysAgo(ended) };
      await insert('product_imports', { id, status, columns: ['slug'], actor_kind: 'system', ...times });
      await insert('import_rows', { import_id: id, row_number: 2, fields: '["a"]' });
      return id;
    };
    await at('cancelled', { made: 32, ended: 31 });
    await at('receiving', { made: 2 });
    const kept = [
      await at('cancelled', { made: 40, ended: 29 }),
      await at('receiving', { made: 0.5 }),
      await at('waiting', { made: 40 }),
    ];
    await deleteExpiredRows(database.db);
    expect(await ids('product_imports')).to.deep.equal(kept);
    expect(await countOf('import_rows')).to.equal(kept.length);
  });

  it('are sessions that ended more than 30 days ago, either way, with their refresh tokens', async () => {
    await addSession({ expired: 31 });
    await addSession({ expired: -50, revoked: 31 });
    const kept = [
      await addSession({ expired: 29 }),
      await addSession({ expired: -50, revoked: 29 }),
      await addSession({ expired: -1 }),
    ];
    await deleteExpiredRows(database.db);
    expect(await ids('sessions')).to.deep.equal(kept.toSorted());
    expect(await countOf('refresh_tokens')).to.equal(kept.length);
  });

  it('go in rounds when there are many, and a session goes after its tokens', async () => {
    await addSession({ expired: 40, tokens: 2_500 });
    await addSession({ expired: 35, tokens: 3 });
    const left: number[][] = [];
    for (let round = 1; round <= 3; round++) {
      await deleteExpiredRows(database.db);
      left.push([await countOf('refresh_tokens'), await countOf('sessions')]);
    }
    expect(left.map(([tokens = 0]) => tokens)).to.deep.equal([1_503, 503, 0]);
    expect(left[0]?.[1]).to.equal(2);
    expect(left[2]?.[1]).to.equal(0);
  });

  it('are carts that a guest left 30 days ago, or a customer 180, unless they were checked out', async () => {
    const cart = async (customerId: string | null, days: number, status = 'open') => {
      const id = newId();
      const row = { id, customer_id: customerId, currency: 'INR', status };
      await insert('carts', { ...row, created_at: daysAgo(400), updated_at: daysAgo(days) });
      return id;
    };
    const variantId = await stockVariant((sql, params) => database.db.query(sql, params), { stock: 1 });
    const gone = [await cart(null, 31), await cart(accountId, 181), await cart(accountId, 190, 'merged')];
    const kept = [await cart(null, 29), await cart(accountId, 179), await cart(null, 100, 'ordered')];
    for (const id of [...gone, ...kept]) {
      await insert('cart_items', { id: newId(), cart_id: id, variant_id: variantId, quantity: 1 });
    }
    await deleteExpiredRows(database.db);
    expect(await ids('carts')).to.deep.equal(kept.toSorted());
    expect(await countOf('cart_items')).to.equal(kept.length);
  });

  it('are no carts to which a checkout refers, and these are looked at again only after another period', async () => {
    const cart = async (customerId: string | null, days: number) => {
      const id = newId();
      const row = { id, customer_id: customerId, currency: 'INR', status: 'open' };
      await insert('carts', { ...row, created_at: daysAgo(400), updated_at: daysAgo(days) });
      const end = { state: 'EXPIRED', busy: false, reason: 'R', steps: 1, created_at: daysAgo(days) };
      const checkout = {
        id,
        order_id: newId(),
        cart_id: id,
        cart_version: 1,
        place_of_supply: 'IN-KA',
        currency: 'INR',
      };
      await insert('checkouts', { ...checkout, ...end, updated_at: daysAgo(days) });
      return id;
    };
    const [guest, customer] = [await cart(null, 31), await cart(accountId, 181)];
    const kept = async () =>
      (await database.db.query<{ id: string }>(`select id from carts where kept_at is not null order by id`)).map(
        ({ id }) => id,
      );
    await deleteExpiredRows(database.db);
    expect(await kept()).to.deep.equal([guest, customer].toSorted());
    await database.db.query(`delete from checkouts`);
    await database.db.query(`update carts set kept_at = now() - interval '29 days'`);
    await deleteExpiredRows(database.db);
    expect(await ids('carts')).to.deep.equal([guest, customer].toSorted());
    await database.db.query(`update carts set kept_at = now() - interval '31 days'`);
    await deleteExpiredRows(database.db);
    expect(await ids('carts')).to.deep.equal([customer]);
  });

  it('are runs of reconciliation after 90 days, discrepancies a year after they were decided, and counts of mails', async () => {
    const run = async (days: number) => {
      const id = newId();
      const times = { since: daysAgo(days), started_at: daysAgo(days), updated_at: daysAgo(days) };
      const row = { id, kind: 'recent', started_by: 'schedule', state: 'done', phase: 'settle', ...times };
      await insert('reconciliation_runs', { ...row, finished_at: daysAgo(days) });
      return id;
    };
    const discrepancy = async (runId: string, days: number | null) => {
      const times = { found_at: daysAgo(500), seen_at: daysAgo(500), decided_at: days && daysAgo(days) };
      const row = { id: newId(), run_id: runId, last_run_id: runId, kind: 'k', subject: newId(), severity: 'warning' };
      await insert('discrepancies', { ...row, facts: '{}', state: days ? 'gone' : 'person', ...times });
      return row.id;
    };
    const [, named, recent] = [await run(91), await run(500), await run(89)];
    await discrepancy(named, 366);
    const kept = [await discrepancy(named, 364), await discrepancy(named, null)];
    for (const day of [0, 1, 2]) {
      const row = { day: daysAgo(day).toISOString().slice(0, 10), address_index: 'i', topic: 'account' };
      await insert('mail_counts', { ...row, command_ids: [] });
    }
    await deleteExpiredRows(database.db);
    expect(await ids('discrepancies')).to.deep.equal(kept.toSorted());
    expect(await ids('reconciliation_runs')).to.deep.equal([named, recent].toSorted());
    expect(await countOf('mail_counts')).to.equal(2);
  });

  it('are named for every table in docs/retention.md', async () => {
    const page = await readFile(new URL('../../docs/retention.md', import.meta.url), 'utf8');
    const tables = await database.db.query<{ name: string }>(
      `select relname as name from pg_class where relkind in ('r', 'p') and not relispartition
        and relnamespace = 'public'::regnamespace and relname <> 'mikro_orm_migrations' order by relname collate "C"`,
    );
    const named = [...page.matchAll(/^\| `(\w+)` \| .+ \|$/gm)].map(([, name]) => name);
    expect(named).to.deep.equal(tables.map(({ name }) => name));
  });

  it('are deleted by the sweeper exactly where docs/retention.md says so', async () => {
    const page = await readFile(new URL('../../docs/retention.md', import.meta.url), 'utf8');
    const named = [...page.matchAll(/^\| `(\w+)` \| .*the sweeper.* \|$/gm)].map(([, name]) => name);
    const others = ['cache_invalidations', 'checkouts', 'refresh_tokens'];
    const ruled = RETENTION_RULES.map(({ table }) => table);
    expect(named).to.deep.equal([...new Set([...ruled, ...others])].sort());
  });

  it('are answers to idempotent requests after a day, and worked-on events after 30', async () => {
    const answer = { scope: 's', request_hash: 'h', status: 200, headers: '{}', body: '"sealed"' };
    await insert('idempotency_keys', { ...answer, key: 'old', created_at: daysAgo(1.1) });
    await insert('idempotency_keys', { ...answer, key: 'new', created_at: daysAgo(0.9) });
    const times = { created_at: daysAgo(60), received_at: daysAgo(60), due_at: daysAgo(60) };
    const event = (id: string) => ({ provider: 'stripe', event_id: id, type: 'refund.updated', ...times });
    await insert('webhook_inbox', { ...event('old'), processed_at: daysAgo(31), outcome: 'applied' });
    await insert('webhook_inbox', { ...event('new'), processed_at: daysAgo(29), outcome: 'applied' });
    await insert('webhook_inbox', event('waits'));
    await deleteExpiredRows(database.db);
    const events = await database.db.query('select event_id as id from webhook_inbox order by event_id');
    expect(events).to.deep.equal([{ id: 'new' }, { id: 'waits' }]);
    expect(await database.db.query('select key from idempotency_keys')).to.deep.equal([{ key: 'new' }]);
  });
});
