import { addVariants, assignToCollections, createProducts } from '../../src/entities/catalogue/batches.ts';
import { ProductCollection } from '../../src/entities/catalogue/product-collection.ts';
import type { ProductStatus } from '../../src/entities/catalogue/terms.ts';
import { receive } from '../../src/entities/stock/stock.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';
import { newId } from '../../src/infra/ids.ts';

/** A variant in few words: size, colour, rupees, units in stock. */
export type Line = [size: string | null, color: string | null, rupees: number, units: number];

export interface Goods {
  title: string;
  brand?: string;
  description?: string;
  /** Slugs of collections. */
  on?: string[];
  status?: ProductStatus;
  /** ISO 8601; default: one day behind the product before. */
  launched?: string;
  variants: Line[];
}

const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 0, 1);

/** Puts goods into an empty shop. SKUs are counted: SKU-1-1 is the first variant of the first product. */
export async function stockCatalogue(db: Database, goods: readonly Goods[]): Promise<void> {
  await unitOfWork(db, 'test', async (tx) => {
    await tx.query(`insert into tax_classes (code, name) values ('standard', 'Everything') on conflict do nothing`);
    const shelves = new Map<string, string>();
    for (const [position, slug] of [...new Set(goods.flatMap(({ on = [] }) => on))].entries()) {
      shelves.set(slug, (await ProductCollection.create(tx, { slug, title: slug.toUpperCase(), position })).id);
    }
    await tx.write();
    const products = goods.map((each, index) => ({ ...productOf(each, index), on: each.on ?? [] }));
    await createProducts(tx, products);
    const variants = products.flatMap(({ id, variants: lines }) =>
      lines.map((line) => ({ ...line, id: newId(), productId: id })),
    );
    await addVariants(tx, variants);
    await assignToCollections(
      tx,
      new Map(products.map(({ id, on }) => [id, on.map((slug) => shelves.get(slug) ?? '')])),
    );
    const inStock = variants.filter(({ units }) => units > 0);
    await receive(tx, { cause: 'test' }, new Map(inStock.map(({ id, units }) => [id, units])));
  });
}

function productOf(goods: Goods, index: number) {
  const { title, brand = 'Aranya', description = '', launched, status = 'active' } = goods;
  const slug = title.toLowerCase().replaceAll(' ', '-');
  const createdAt = launched ? new Date(launched) : new Date(FIRST_DAY + index * DAY);
  const variants = goods.variants.map(([size, color, rupees, units], place) => {
    return { sku: `SKU-${index + 1}-${place + 1}`, size, color, price: rupees * 100, units };
  });
  const product = { slug, title, description, brand, hsn: '6211', taxClass: 'standard', status, createdAt };
  return { ...product, id: newId(), variants };
}
