import { Product, ProductCollection, type ProductStatus } from '../../src/entities/catalogue/product.ts';
import { allowBackorder, receive } from '../../src/entities/stock/stock.ts';
import type { Database } from '../../src/infra/database/database.ts';
import { unitOfWork } from '../../src/infra/database/unit-of-work.ts';

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
    const slugs = [...new Set(goods.flatMap(({ on = [] }) => on))];
    const shelves = new Map(
      slugs.map((slug, index) => [
        slug,
        ProductCollection.create({ slug, title: slug.toUpperCase(), position: index }),
      ]),
    );
    const levels = goods.flatMap((each, index) => {
      const { product, units } = makeProduct(each, index);
      for (const slug of each.on ?? []) product.assignToCollection(shelves.get(slug) as ProductCollection);
      tx.persist(product);
      return units;
    });
    await tx.write();
    await allowBackorder(tx, new Map(levels.map(([variantId]) => [variantId, 0])));
    await receive(tx, { cause: 'test' }, new Map(levels.filter(([, units]) => units > 0)));
    for (const { title, status = 'active' } of goods) {
      await tx.query('update products set status = $2 where title = $1', [title, status]);
    }
  });
}

function makeProduct(goods: Goods, index: number) {
  const { title, brand = 'Aranya', description = '', launched, variants } = goods;
  const slug = title.toLowerCase().replaceAll(' ', '-');
  const now = launched ? new Date(launched) : new Date(FIRST_DAY + index * DAY);
  const product = Product.list({ slug, title, description, brand, hsn: '6211', taxClass: 'standard' }, now);
  const units = variants.map(([size, color, rupees, onHand], place): [string, number] => {
    const sku = `SKU-${index + 1}-${place + 1}`;
    return [product.addVariant({ sku, size, color, price: rupees * 100, maxPerOrder: null }).id, onHand];
  });
  return { product, units };
}
