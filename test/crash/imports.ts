import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { waitFor } from '../support/wait-for.ts';
import type { CrashHarness } from './crash-harness.ts';
import { openStaff, signInStaff } from './people.ts';
import { byCard, PATIENCE_MS, type Scenario } from './scenarios.ts';

/** Three batches, the last one not full. */
const ROWS = 450;

/** Staff import products while somebody buys: each row has its effect once, and its goods are counted once. */
export const whileProductsAreImported: Scenario = {
  ...byCard,
  name: 'card, during an import',
  prepare: async ({ harness }) => {
    await openStaff(harness);
    return undefined;
  },
  act: async (at, prepared) => {
    const name = `import-${randomUUID()}`;
    const id = await upload(at.harness, name);
    const bought = await byCard.act(at, prepared);
    await expectImported(at.harness, { id, name });
    return bought;
  },
};

async function upload(harness: CrashHarness, name: string): Promise<string> {
  const { accessToken } = await signInStaff(harness);
  const [{ taxClass } = { taxClass: '' }] = await harness.books.query<{ taxClass: string }>(
    `select tax_class as "taxClass" from products limit 1`,
  );
  const head = 'slug,title,description,brand,hsn,taxClass,status,collections,attributes,media';
  const tail = 'sku,size,color,price,weightGrams,maxPerOrder,backorderLimit,onHand';
  const rows = Array.from({ length: ROWS }, (_, index) =>
    index === 0
      ? `${name},Kurta,,,6109,${taxClass},active,,,,${name}-0,,,499.00,,,,2`
      : `${name},,,,,,,,,,${name}-${index},,,499.00,,,,2`,
  );
  const answer = await fetch(`${harness.shop.url}/api/v1/admin/products/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'text/csv' },
    body: [`${head},${tail}`, ...rows].join('\n'),
  });
  expect(answer.status).to.equal(202);
  return ((await answer.json()) as { id: string }).id;
}

async function expectImported({ books }: CrashHarness, { id, name }: { id: string; name: string }): Promise<void> {
  const counts = `select status, created, updated, unchanged, failed from product_imports where id = $1`;
  const isDone = async () =>
    (await books.query<{ status: string }>(counts, [id])).find(({ status }) => status === 'done');
  const done = await waitFor('the import is done', isDone, PATIENCE_MS);
  expect(done).to.deep.equal({ status: 'done', created: ROWS, updated: 0, unchanged: 0, failed: 0 });
  const [made] = await books.query(
    `select count(*)::int as variants, sum(on_hand)::int as units,
        (select count(*)::int from inventory_movements m where m.variant_id = any(array_agg(v.id))) as movements
      from variants v join products p on p.id = v.product_id join stock_levels s on s.variant_id = v.id where p.slug = $1`,
    [name],
  );
  expect(made).to.deep.equal({ variants: ROWS, units: 2 * ROWS, movements: ROWS });
}
