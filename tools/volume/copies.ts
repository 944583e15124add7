import type pg from 'pg';
import { decryptCheckout } from '../../src/entities/account/privacy/own-checkouts.ts';
import type { Vault } from '../../src/entities/account/privacy/vault.ts';
import { type Column, copiedId, uuidv7, valuesOf } from './columns.ts';
import { DOCUMENT_TABLE, insertDocuments } from './documents.ts';
import { type CopiedCheckout, sealCheckouts, type Template } from './people.ts';
import { COPIED_TABLES, type CopiedTable } from './tables.ts';

/** The next copies: templates and instants in milliseconds, oldest first, from number `first`. */
export interface Chunk {
  first: number;
  templates: readonly Template[];
  atMs: readonly number[];
  /** Their customers, in turn. */
  accountIds: readonly string[];
  /** Number of guests. */
  guestCount: number;
}

/** Copies the rows of templates. */
export interface Copier {
  templates: Template[];
  insert(chunk: Chunk): Promise<void>;
}

/** Loads the rows of these checkouts into temporary tables of the connection. */
export async function openCopier(client: pg.Client, vault: Vault, checkoutIds: readonly string[]): Promise<Copier> {
  await client.query(
    `create temp table volume_templates as select row_number() over (order by id)::int as n, id as checkout_id, order_id, cart_id
      from checkouts where id = any($1::uuid[])`,
    [checkoutIds],
  );
  await client.query(
    `create temp table volume_copies (copy bigint, n int, shift_ms bigint, shift interval, account_id uuid, checkout_id uuid, order_id uuid,
      email text, email_index text, shipping_address text, billing_address text)`,
  );
  const inserts: string[] = [];
  for (const table of COPIED_TABLES) inserts.push(insertCopies(table, await load(client, table)));
  const documents = insertDocuments(await load(client, DOCUMENT_TABLE));
  const templates = await readTemplates(client, vault);
  const write = async () => {
    for (const insert of inserts) await client.query(insert);
    for (const kind of ['invoice', 'credit-note']) await client.query(documents, [kind]);
    for (const follow of [RECEIVED, REFUNDED]) await client.query(follow);
  };
  return {
    templates,
    async insert(chunk) {
      await client.query(`begin`);
      // The rows are copies of consistent rows: checks of foreign keys would take as long as the rows.
      await client.query(`set local session_replication_role = replica`);
      await client.query(`set local synchronous_commit = off`);
      await sealCheckouts(client, vault, { copies: await nextCopies(client, chunk), guestCount: chunk.guestCount });
      await write();
      await client.query(`commit`);
    },
  };
}

/** Loads the rows of the templates in a table, with the number of their template. @returns its columns */
async function load(
  client: pg.Client,
  { name, joinCondition }: Pick<CopiedTable, 'name' | 'joinCondition'>,
): Promise<Column[]> {
  await client.query(
    `create temp table volume_${name} as select t.*, p.n from ${name} t join volume_templates p on ${joinCondition}`,
  );
  const { rows } = await client.query<Column>(
    `select attname as name, atttypid::regtype::text as type from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [name],
  );
  return rows.map((column) => ({ ...column, type: column.type.replace('timestamp with time zone', 'timestamptz') }));
}

const insertCopies = (table: CopiedTable, columns: readonly Column[]): string => {
  const { names, values } = valuesOf(table, columns);
  return `insert into ${table.name} (${names}) select ${values} from volume_${table.name} t join volume_copies c using (n) order by c.copy`;
};

/** Goods that the copies took out of stock were received before, so that the levels stay as they are. */
const RECEIVED = `insert into inventory_movements (id, variant_id, kind, on_hand_delta, reserved_delta, cause, at)
  select ${uuidv7('first_ms', 'copy || variant_id::text')}, variant_id, 'receive', units, 0, 'volume', to_timestamp(first_ms / 1000.0)
    from (select t.variant_id, -sum(t.on_hand_delta) as units, min(c.copy) as copy,
          (select min((extract(epoch from t.at) * 1000)::bigint + c.shift_ms) from volume_inventory_movements t join volume_copies c using (n)) as first_ms
        from volume_inventory_movements t join volume_copies c using (n) group by t.variant_id having sum(t.on_hand_delta) < 0) as taken`;

/** What the trigger of refunds does. */
const REFUNDED = `insert into changed_refund_hours (hour)
  select distinct date_trunc('hour', t.decided_at + c.shift, 'Asia/Kolkata') from volume_refunds t join volume_copies c using (n)
    where t.decided_at is not null`;

async function readTemplates(client: pg.Client, vault: Vault): Promise<Template[]> {
  const { rows } = await client.query<Omit<Template, 'checkoutId'> & { id: string }>(
    `select t.n, t.id, extract(epoch from t.created_at) * 1000 as "atMs", o.n is not null as "hasOrder", t.shipping_address as "shippingAddress",
        t.billing_address as "billingAddress" from volume_checkouts t left join volume_orders o using (n) order by t.n`,
  );
  return rows.map(({ n, id, atMs, hasOrder, ...sealed }) => {
    const { shippingAddress, billingAddress } = decryptCheckout(vault, { id, ...sealed });
    const text = (address: object | null) => address && JSON.stringify(address);
    const addresses = { shippingAddress: text(shippingAddress), billingAddress: text(billingAddress) };
    return { n, checkoutId: id, atMs: Math.floor(Number(atMs)), hasOrder, ...addresses };
  });
}

async function nextCopies(client: pg.Client, { first, templates, atMs, accountIds }: Chunk): Promise<CopiedCheckout[]> {
  const shifts = templates.map((template, index) => Math.floor(atMs[index] ?? 0) - template.atMs);
  await client.query(`truncate volume_copies`);
  const { rows } = await client.query<{ copy: string; checkoutId: string }>(
    `with c as (select $1::bigint + at - 1 as copy, n, shift_ms, shift_ms * interval '1 ms' as shift, account_id
        from unnest($2::int[], $3::bigint[], $4::uuid[]) with ordinality as made (n, shift_ms, account_id, at))
      insert into volume_copies (copy, n, shift_ms, shift, account_id, checkout_id, order_id)
        select c.copy, c.n, c.shift_ms, c.shift, c.account_id, ${copiedId('p.checkout_id')}, ${copiedId('p.order_id')}
          from c join volume_templates p using (n) order by c.copy returning copy, checkout_id as "checkoutId"`,
    [
      first,
      templates.map(({ n }) => n),
      shifts,
      templates.map((_, index) => accountIds[index % accountIds.length] ?? null),
    ],
  );
  await client.query(`analyze volume_copies`);
  const byCopy = new Map(rows.map(({ copy, checkoutId }) => [Number(copy), checkoutId]));
  return templates.map((template, index) => {
    return { copy: first + index, checkoutId: byCopy.get(first + index) ?? '', template };
  });
}
