import { expect } from 'chai';
import pg from 'pg';
import type { TaxDocument } from '../../src/domain/invoices/document.ts';
import { sellerOf } from '../../src/domain/invoices/seller.ts';
import { openVault, sealColumn } from '../../src/entities/account/privacy/vault.ts';
import { readFile } from '../../src/entities/invoice/file.ts';
import { enqueue } from '../../src/entities/outbox/outbox.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import type { Queues } from '../../src/infra/queue/queue.ts';
import { renderDocument } from '../../src/jobs/invoices.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { invoiceHandlers, issue } from '../../src/workers/invoices/invoices.ts';
import { BENGALURU } from '../support/address.ts';
import { stockVariant } from '../support/books.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { type Planted, plantOrder } from '../support/orders.ts';
import { readPdf } from '../support/pdf.ts';
import { waitFor } from '../support/wait-for.ts';

const seller = sellerOf({ name: 'Shop', address: 'Here', gstin: '29AABCV1234K1Z9', state: 'IN-KA' });
const vault = openVault({ dataKeys: `k1:${Buffer.alloc(32, 7).toString('base64')}`, secret: 's'.repeat(32) });
const ADDRESS = JSON.stringify(BENGALURU);

describe('the worker that draws invoices', function () {
  this.timeout(20_000);
  let database: FreshDatabase;
  let erasure: pg.Client;
  before(async () => {
    database = await freshDatabase();
    erasure = new pg.Client({ connectionString: database.url });
    await erasure.connect();
  });
  after(async () => {
    await erasure.end();
    await database.close();
  });

  const query = <R extends object>(sql: string, params: readonly unknown[] = []) => database.db.query<R>(sql, params);

  async function invoiced(addressOf: (checkoutId: string) => string): Promise<Planted & { documentId: string }> {
    const planted = await plantOrder(query, { addressOf });
    await issue({ db: database.db, seller }, 'invoice');
    const [row] = await query<{ id: string }>(`select id from documents where order_id = $1`, [planted.orderId]);
    return { ...planted, documentId: row?.id ?? '' };
  }

  /** The command to draw a document, and what carries it out. */
  async function drawing(documentId: string) {
    const queues = { dispatch: () => undefined } as Partial<Queues> as Queues;
    await unitOfWork(database.db, 'test', async (tx) => {
      enqueue(tx, queues, { contract: renderDocument, payload: { documentId } });
    });
    const [command] = await query<{ id: string }>(`select id from outbox`);
    const deps: Partial<WorkerDeps> = { db: database.db, vault, seller, queues, wake: () => undefined };
    const render = invoiceHandlers(deps as WorkerDeps).find(({ name }) => name === renderDocument.name);
    const context = { commandId: command?.id ?? '', isTakeover: false, starts: 1, progress: () => undefined };
    return async () => (await render?.run({ documentId }, context))?.kind;
  }

  const textOf = async (documentId: string): Promise<string | undefined> => {
    const file = await readFile(query, vault, documentId);
    return file && (await readPdf(file.pdf)).map(({ text }) => text).join(' ');
  };

  it('names the buyer of a checkout that a version stored which sealed nothing', async () => {
    const { documentId } = await invoiced(() => ADDRESS);
    expect(await (await drawing(documentId))()).to.equal('done');
    expect(await textOf(documentId)).to.include(BENGALURU.name);
  });

  it('does not keep the name of somebody who is erased while it draws', async () => {
    const { documentId, checkoutId } = await invoiced((id) =>
      sealColumn(vault, ADDRESS, `checkouts.shipping_address:${id}`),
    );
    const draw = await drawing(documentId);
    await erasure.query('begin');
    await erasure.query(`select 1 from checkouts where id = $1 for update`, [checkoutId]);
    const drawn = draw();
    await waitFor('the worker waits for the erasure, or stores what it drew', async () => {
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await query(waiting)).length > 0 || (await textOf(documentId)) !== undefined;
    });
    await erasure.query(`delete from document_files where id = $1`, [documentId]);
    await erasure.query(`update checkouts set shipping_address = null where id = $1`, [checkoutId]);
    await erasure.query('commit');
    expect([await drawn, await textOf(documentId)]).to.deep.equal(['snooze', undefined]);
    expect(await draw()).to.equal('done');
    expect(await textOf(documentId))
      .to.include('Unregistered buyer')
      .and.not.include(BENGALURU.name);
  });

  it('issues an invoice as its goods are sold, and raises an event', async () => {
    const subscriptionId = await subscribe();
    const variantId = await stockVariant(query, { stock: 0 });
    await query(`update products set uqc = 'SET' where id = (select product_id from variants where id = $1)`, [
      variantId,
    ]);
    const { orderId } = await plantOrder(query, { variantId });
    expect(await issue({ db: database.db, seller }, 'invoice')).to.equal(1);
    const [row] = await query<{ id: string; number: string; content: TaxDocument }>(
      `select id, number, content from documents where order_id = $1`,
      [orderId],
    );
    expect(row?.content).to.include({ type: 'tax-invoice', title: 'Tax Invoice', pricesIncludeTax: true });
    expect(row?.content.lines[0]).to.include({ unit: 'SET', unitPrice: 52_500, discount: 0, taxable: 100_000 });
    const deliveries = `select type, data from webhook_deliveries where subscription_id = $1`;
    const data = { orderId, documentId: row?.id, type: 'tax-invoice', number: row?.number, total: 105_000 };
    expect(await query(deliveries, [subscriptionId])).to.deep.equal([{ type: 'invoice.issued', data }]);
  });

  it('goes on with another series under another prefix', async () => {
    await plantOrder(query);
    const prefixes = { invoice: 'ST', 'credit-note': 'CN' };
    await issue({ db: database.db, seller: { ...seller, prefixes } }, 'invoice');
    const [row] = await query<{ number: string }>(`select number from documents order by created_at desc limit 1`);
    expect(row?.number).to.match(/^ST\/\d\d-\d\d\/000001$/);
    await plantOrder(query);
    await issue({ db: database.db, seller }, 'invoice');
    const [next] = await query<{ number: string }>(`select number from documents order by created_at desc limit 1`);
    expect(next?.number).to.match(/^VC\/\d\d-\d\d\/00000[2-9]$/);
  });

  /** A subscription to invoices. */
  async function subscribe(): Promise<string> {
    const [row] = await query<{ id: string }>(
      `with maker as (insert into accounts (id, kind, status, created_at, updated_at)
            values (gen_random_uuid(), 'customer', 'erased', now(), now()) returning id)
        insert into webhook_subscriptions (id, url, events, secret, state, created_by, created_at, updated_at)
        select gen_random_uuid(), 'https://example.com', '{invoice.issued}', 's', 'active', id, now(), now() from maker returning id`,
    );
    return row?.id ?? '';
  }
});
