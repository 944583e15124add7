import { expect } from 'chai';
import { newId } from '../../src/infra/ids.ts';
import { stockVariant } from '../support/books.ts';
import { plantOrder } from '../support/orders.ts';
import { keyOf, openOps } from './ops-staff.ts';
import { openPeopleShop, type PeopleShop } from './people-shop.ts';

describe('the operators’ pages of stock', () => {
  let shop: PeopleShop;
  before(async () => {
    shop = await openPeopleShop();
  });
  after(() => shop.close());

  const skuOf = async (id: string) =>
    (await shop.db.query<{ sku: string }>(`select sku from variants where id = $1`, [id]))[0]?.sku ?? '';
  const onHand = async (id: string) =>
    (await shop.db.query<{ units: number }>(`select on_hand as units from stock_levels where variant_id = $1`, [id]))[0]
      ?.units;

  it('find levels by SKU, and those that are low or out', async () => {
    const [out, low, full] = [
      await stockVariant(shop.db.query, { stock: 0 }),
      await stockVariant(shop.db.query, { stock: 5 }),
      await stockVariant(shop.db.query, { stock: 50 }),
    ];
    const manager = await openOps(shop, 'catalogue-manager');
    const found = async (query: string) => {
      const { text } = await manager.open(`/ops/stock${query}`);
      return [out, low, full].map((id) => text.includes(`href="/ops/stock/${id}"`));
    };
    expect(await found('')).to.deep.equal([true, true, true]);
    expect(await found('?below=1')).to.deep.equal([true, false, false]);
    expect(await found('?below=6')).to.deep.equal([true, true, false]);
    await shop.db.query(`update stock_levels set backorder_limit = 1 where variant_id = $1`, [out]);
    expect(await found('?below=1'), 'a unit to order').to.deep.equal([false, false, false]);
    await shop.db.query(`update stock_levels set backorder_limit = 0 where variant_id = $1`, [out]);
    await shop.db.query(`update variants set status = 'archived' where id = $1`, [low]);
    expect(await found('?below=6&forSale=true')).to.deep.equal([true, false, false]);
    expect(await found('?below=6&forSale=false')).to.deep.equal([false, true, false]);
    expect(await found(`?sku=${(await skuOf(full)).toUpperCase()}`)).to.deep.equal([false, false, true]);
    expect((await manager.open('/ops/stock?below=6')).text).to.include('<option value="6" selected>at most 5</option>');
  });

  it('receive, count and correct a level, each once, with the audit log', async () => {
    const id = await stockVariant(shop.db.query, { stock: 5 });
    const path = `/ops/stock/${id}`;
    const manager = await openOps(shop, 'catalogue-manager');
    const { text } = await manager.open(path);
    expect(text).not.to.include('>Trace<');
    expect(text)
      .to.include(`<h1>${await skuOf(id)}</h1>`)
      .and.include('<dd>Kurta</dd>')
      .and.include('+5');
    const receipt = {
      action: 'receive',
      key: keyOf(text, 'receive'),
      quantity: '7',
      reason: 'production',
      note: 'lot 12',
    };
    const twice = await Promise.all([manager.submit(path, receipt), manager.submit(path, receipt)]);
    expect(twice.map(({ to }) => to)).to.deep.equal([`${path}?done=yes`, `${path}?done=yes`]);
    expect(await onHand(id)).to.equal(12);
    const count = { action: 'count', key: keyOf(text, 'count'), counted: '0', reason: 'count', note: '' };
    expect((await manager.submit(path, count)).to).to.equal(`${path}?done=yes`);
    expect(await onHand(id)).to.equal(0);
    const delta = { action: 'adjust', key: keyOf(text, 'adjust'), delta: '3', reason: 'correction', note: '' };
    expect((await manager.submit(path, delta)).to).to.equal(`${path}?done=yes`);
    expect(await onHand(id)).to.equal(3);
    const audited = await shop.db.query(
      `select action, actor_id as actor from audit_log where target_id = $1 order by id`,
      [id],
    );
    const actor = manager.id;
    expect(audited).to.deep.equal([
      { action: 'inventory.receive', actor },
      { action: 'inventory.adjust', actor },
      { action: 'inventory.adjust', actor },
    ]);
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    await shop.db.query(`update inventory_movements set trace_id = $2 where variant_id = $1`, [id, traceId]);
    const after = (await manager.open(`${path}?done=yes`)).text;
    expect(after).to.include(`<code>${traceId}</code>`);
    expect(after)
      .to.include('receive:production')
      .and.include('lot 12')
      .and.include('-12')
      .and.include('<p role="status" class="note">Done.</p>');
  });

  it('refuse what the API refuses, and say why', async () => {
    const id = await stockVariant(shop.db.query, { stock: 5 });
    const path = `/ops/stock/${id}`;
    const manager = await openOps(shop, 'catalogue-manager');
    const key = 'a-key-of-the-test';
    for (const [fields, status] of [
      [{ action: 'count', counted: '', reason: 'count' }, 400],
      [{ action: 'adjust', delta: 'x', reason: 'count' }, 400],
      [{ action: 'receive', quantity: '1', reason: 'nothing' }, 400],
      [{ action: 'adjust', delta: '-6', reason: 'damage' }, 409],
    ] as const) {
      const page = await manager.submit(path, { ...fields, key });
      expect([page.status, /role="alert"/.test(page.text)], JSON.stringify(fields)).to.deep.equal([status, true]);
    }
    expect((await manager.open(`/ops/stock/${newId()}`)).status).to.equal(404);
    expect(await onHand(id)).to.equal(5);
  });

  it('show who reserves the units', async () => {
    const variantId = await stockVariant(shop.db.query, { stock: 5 });
    const { checkoutId } = await plantOrder(shop.db.query);
    await shop.db.query(
      `insert into reservations (checkout_id, variant_id, quantity, status, expires_at) values ($1, $2, 2, 'held', now())`,
      [checkoutId, variantId],
    );
    const seenBy = async (role: string) => (await (await openOps(shop, role)).open(`/ops/stock/${variantId}`)).text;
    expect(await seenBy('admin')).to.include(`<a href="/ops/payments?checkoutId=${checkoutId}">${checkoutId}</a>`);
    expect(await seenBy('catalogue-manager'), 'may not open payments')
      .to.include(`<td>${checkoutId}</td>`)
      .and.not.include('/ops/payments');
  });
});
