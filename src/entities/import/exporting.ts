import type { Query } from '../../infra/database/query.ts';
import { attributesCell, guarded, type Medium, mediaCell, SEPARATOR, toRupees } from './cells.ts';
import { COLUMNS, type Column } from './columns.ts';

/** Products per statement. */
const BATCH = 200;

interface ExportedVariant {
  sku: string;
  size: string | null;
  color: string | null;
  price: number;
  weightGrams: number;
  maxPerOrder: number | null;
  backorderLimit: number;
  status: string;
  attributes: object;
  onHand: number;
}

interface ExportedProduct {
  id: string;
  slug: string;
  title: string;
  description: string;
  brand: string;
  hsn: string;
  uqc: string;
  taxClass: string;
  status: string;
  collections: string[];
  attributes: object;
  media: Medium[];
  variants: ExportedVariant[];
}

const PRODUCTS = `select p.id, p.slug, p.title, p.description, p.brand, p.hsn, p.uqc, p.tax_class as "taxClass", p.status,
    p.attributes, p.media,
    array(select c.slug from product_collections pc join collections c on c.id = pc.collection_id
      where pc.product_id = p.id and c.kind = 'manual' order by c.slug) as collections,
    (select coalesce(json_agg(json_build_object('sku', v.sku, 'size', v.size, 'color', v.color, 'price', v.price,
        'weightGrams', v.weight_grams, 'maxPerOrder', v.max_per_order, 'status', v.status, 'attributes', v.attributes,
        'backorderLimit', coalesce(s.backorder_limit, 0), 'onHand', coalesce(s.on_hand, 0)) order by v.position, v.id), '[]')
      from variants v left join stock_levels s on s.variant_id = v.id where v.product_id = p.id) as variants
  from products p where ($1::uuid is null or p.id > $1) order by p.id limit ${BATCH}`;

/**
 * Yields the rows of all products in batches, with cells in the order of `COLUMNS`. Importing them changes nothing. The
 * first row of a product has the product's columns and its first variant; each other row has one more variant.
 */
export async function* exportedRows(query: Query): AsyncGenerator<string[][]> {
  let last: string | null = null;
  for (;;) {
    const products: ExportedProduct[] = await query<ExportedProduct>(PRODUCTS, [last]);
    if (products.length > 0) yield products.flatMap(rowsOf);
    if (products.length < BATCH) return;
    last = products.at(-1)?.id ?? null;
  }
}

type Cells = Partial<Record<Column, string>>;

function rowsOf(product: ExportedProduct): string[][] {
  const { slug } = product;
  const [first, ...others] = product.variants.map(variantCells);
  const rows = [{ ...productCells(product), ...first }, ...others];
  return rows.map((cells) => COLUMNS.map((name) => guarded({ slug, ...cells }[name] ?? '')));
}

const productCells = ({ title, description, brand, hsn, uqc, taxClass, status, ...lists }: ExportedProduct): Cells => ({
  ...{ title, description, brand, hsn, uqc, taxClass, status },
  collections: lists.collections.join(SEPARATOR),
  attributes: attributesCell(lists.attributes),
  media: mediaCell(lists.media),
});

const variantCells = (variant: ExportedVariant): Cells => ({
  sku: variant.sku,
  size: variant.size ?? '',
  color: variant.color ?? '',
  price: toRupees(variant.price),
  weightGrams: String(variant.weightGrams),
  maxPerOrder: variant.maxPerOrder === null ? '' : String(variant.maxPerOrder),
  backorderLimit: String(variant.backorderLimit),
  variantStatus: variant.status,
  variantAttributes: attributesCell(variant.attributes),
  onHand: String(variant.onHand),
});
