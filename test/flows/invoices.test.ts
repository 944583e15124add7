import { expect } from 'chai';
import type { TaxDocument } from '../../src/domain/invoices/document.ts';
import { BENGALURU } from '../support/address.ts';
import { flatZone, putShippingMethod } from '../support/offers.ts';
import { readPdf } from '../support/pdf.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { openStaffClient, type StaffClient } from '../support/staff-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Flow, sharedFlow } from './stack.ts';

interface Document {
  id: string;
  number: string;
  type: string;
  lines: { unit: string; unitPrice?: number; taxes: { name: string; ratePercent: string; amount: number }[] }[];
  totals: { total: number; cgst: number; sgst: number; igst: number };
  against: { number: string } | null;
  buyer: { shippingAddress: { name: string } | null };
}

describe('an invoice', function () {
  this.timeout(30_000);
  let flow: Flow;
  let staff: StaffClient;
  let shop: Shop;
  let accessToken: string;
  let orderId: string;
  before(async function () {
    flow = await sharedFlow(this);
    staff = await openStaffClient(flow.stack.url);
    const body = { email: `invoice-${Date.now()}@example.com`, password: 'correct horse battery', name: 'Asha Rao' };
    accessToken = (await flow.shop.ask<{ accessToken: string }>('POST', '/account/register', { body })).body
      .accessToken;
    shop = openShop(flow.stack.url, accessToken);
    const variantId = await flow.books.stock({ stock: 3, price: 33_333 });
    orderId = (await shop.buy([{ variantId, quantity: 3 }])).orderId ?? '';
  });

  const issued = (path: string) =>
    waitFor('the document is issued', async () => {
      const answer = await shop.ask<Document>('GET', `/account/orders/${orderId}/${path}`);
      return answer.status === 200 && answer.body;
    });
  const asPdf = (path: string, token: string) =>
    fetch(`${flow.stack.url}/api/v1/store/account/orders/${orderId}/${path}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/pdf' },
    });

  it('is issued by itself, and says what was paid', async () => {
    const invoice = await issued('invoice');
    expect(invoice.number).to.match(/^VC\/\d\d-\d\d\/\d{6}$/);
    const order = await staff.order(orderId);
    expect(invoice.totals.total).to.equal(order.totals.total);
    expect(invoice.buyer.shippingAddress?.name).to.equal(order.shippingAddress?.name);
    expect(invoice.type).to.equal('tax-invoice');
    expect(invoice.lines[0]).to.include({ unit: 'NOS', unitPrice: 33_333 });
    const [first, second] = invoice.lines[0]?.taxes ?? [];
    expect([first?.name, second?.name, first?.ratePercent]).to.deep.equal(['CGST', 'SGST', second?.ratePercent]);
  });

  it('can be had as PDF by its owner, drawn once', async () => {
    const invoice = await issued('invoice');
    const answer = await asPdf('invoice', accessToken);
    expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'application/pdf']);
    const [page] = await readPdf(new Uint8Array(await answer.arrayBuffer()));
    expect(page?.text).to.include(invoice.number);
    const file = `select sha256, created_at::text from document_files where id = $1`;
    const [first] = await flow.books.query(file, [invoice.id]);
    expect((await asPdf('invoice', accessToken)).status).to.equal(200);
    expect(await flow.books.query(file, [invoice.id])).to.deep.equal([first]);
    const clear = `select 1 from document_files where id = $1 and pdf like '%JVBERi0%'`;
    expect(await flow.books.query(clear, [invoice.id]), 'stored in clear').to.deep.equal([]);
  });

  it('is shown to nobody else, and in no other form', async () => {
    const body = { email: `other-${Date.now()}@example.com`, password: 'correct horse battery', name: 'Ravi' };
    const { body: other } = await flow.shop.ask<{ accessToken: string }>('POST', '/account/register', { body });
    expect((await asPdf('invoice', other.accessToken)).status).to.equal(404);
    const headers = { accept: 'text/html' };
    expect((await shop.ask('GET', `/account/orders/${orderId}/invoice`, { headers })).status).to.equal(406);
    expect((await staff.ask('GET', `/../admin/orders/${orderId}/invoice`)).status).to.equal(200);
  });

  it('is corrected by a credit note for each refund, which names it', async () => {
    const invoice = await issued('invoice');
    // What the product is counted in today is not what it was sold in.
    await flow.books.query(
      `update products set uqc = 'SET' where id in (
      select v.product_id from order_lines l join variants v on v.id = l.variant_id where l.order_id = $1)`,
      [orderId],
    );
    await staff.done(orderId, 'cancellations', { lines: [{ line: 1, quantity: 1 }], reason: 'One is damaged' });
    const notes = await waitFor('the credit note is issued', async () => {
      const { body } = await shop.ask<{ data: { id: string; number: string; total: number }[] }>(
        'GET',
        `/account/orders/${orderId}/credit-notes`,
      );
      return body.data.length > 0 && body.data;
    });
    expect(notes).to.have.length(1);
    expect(notes[0]?.number).to.match(/^CN\/\d\d-\d\d\/\d{6}$/);
    const note = await issued(`credit-notes/${notes[0]?.id}`);
    expect(note.against?.number).to.equal(invoice.number);
    expect([note.type, note.lines[0]?.unit]).to.deep.equal(['credit-note', 'NOS']);
    const { refunds } = await staff.order(orderId);
    expect(note.totals.total).to.equal(refunds[0]?.amount);
  });

  it('has a line of delivery for each rate of the goods, and its credit notes add up to it, rate by rate', async () => {
    const { query, stock } = flow.books;
    const [dear, cheap] = [await stock({ stock: 7, price: 63_097 }), await stock({ stock: 5, price: 99_99 })];
    await query(
      `with class as (insert into tax_classes values ('test-5', 'For tests') on conflict do nothing),
          rate as (insert into tax_rates values ('test-5', '2017-07-01Z', 0, 5) on conflict do nothing)
        update products set tax_class = 'test-5' where id = (select product_id from variants where id = $1)`,
      [cheap],
    );
    const shippingMethodId = await putShippingMethod(query, { zones: [flatZone(1_000_01)] });
    const items = [dear, cheap].map((variantId, place) => ({ variantId, quantity: 7 - 2 * place }));
    const id = (await shop.buy(items, { shippingMethodId, address: BENGALURU })).orderId ?? '';
    await staff.done(id, 'cancellations', { lines: [{ line: 1, quantity: 5 }], reason: 'Damaged' });
    await staff.done(id, 'cancellations', { lines: [{ line: 2, quantity: 2 }], reason: 'Damaged' });
    const { refunds } = await staff.done(id, 'transitions', { command: 'CANCEL', reason: 'The customer rang' });
    // Both shares of the delivery go back as one.
    expect(refunds.at(-1)?.lines.map(({ line }) => line)).to.deep.equal([0, 1, 2]);
    expect(refunds.at(-1)?.lines[0]?.amount).to.equal(1_000_01);
    const notes = await waitFor('three credit notes are issued', async () => {
      const { body } = await shop.ask<{ data: { id: string }[] }>('GET', `/account/orders/${id}/credit-notes`);
      return body.data.length === 3 && body.data;
    });
    const read = async (path: string) =>
      (await shop.ask<Pick<TaxDocument, 'lines'>>('GET', `/account/orders/${id}/${path}`)).body.lines;
    const invoice = await waitFor('the invoice is issued', async () => await read('invoice'));
    const credited = (await Promise.all(notes.map((note) => read(`credit-notes/${note.id}`)))).flat();
    for (const line of [...invoice, ...credited]) expect(line.sgst).to.equal(line.cgst);
    const delivery = invoice.filter(({ hsn }) => hsn === '996812');
    // 4,416.79 and 499.95 share 1,000.01: 898.326 and 101.684; each half is a share × rate / (200 + 2 × rate).
    expect(delivery.map(({ ratePercent, taxable, cgst }) => [ratePercent, taxable, cgst])).to.deep.equal([
      ['5', 96_84, 2_42],
      ['18', 761_29, 68_52],
    ]);
    const byRate = (lines: typeof invoice) =>
      [...Map.groupBy(lines, ({ hsn, ratePercent }) => `${hsn} ${ratePercent}`)]
        .map(([key, group]) => [
          key,
          ...(['taxable', 'cgst', 'sgst', 'igst'] as const).map((field) => sumOf(group, field)),
        ])
        .sort();
    expect(byRate(credited)).to.deep.equal(byRate(invoice));
  });
});

const sumOf = <Field extends string>(lines: readonly Record<Field, number>[], field: Field): number =>
  lines.reduce((sum, line) => sum + line[field], 0);
