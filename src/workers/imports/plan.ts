import { isDeepStrictEqual } from 'node:util';
import type { Result } from '../../entities/import/progress.ts';
import type { ProductFields, RowProblem, VariantFields } from '../../entities/import/row.ts';
import { newId } from '../../infra/ids.ts';
import type {
  ExistingCatalogue,
  ExistingProduct,
  ExistingVariant,
  NumberedRow,
  WholeVariant,
} from './existing-catalogue.ts';

export type Written<T> = T & { isNew: boolean };

/** What is to be written for some rows: each thing once, as the last row that speaks of it wants it. */
export interface Plan {
  products: Map<string, Written<ExistingProduct>>;
  variants: Map<string, Written<ExistingVariant>>;
  /** Units that come with variants that are new. */
  goods: Map<string, number>;
}

/**
 * Decides row by row, in their order: what one row makes, the next one finds. `known` is kept up with it.
 * A row with a problem changes nothing.
 */
export function planRows(existing: ExistingCatalogue, rows: readonly NumberedRow[]): { plan: Plan; results: Result[] } {
  const plan: Plan = { products: new Map(), variants: new Map(), goods: new Map() };
  const results = rows.map((row): Result => {
    const problems = problemsOf(existing, row);
    if (problems.length > 0) return { row: row.row, outcome: 'failed', problems };
    return { row: row.row, outcome: apply(existing, plan, row) };
  });
  return { plan, results };
}

function problemsOf(existing: ExistingCatalogue, { slug, product, variant }: NumberedRow): RowProblem[] {
  const problems: RowProblem[] = [];
  if (!product && !existing.products.has(slug)) {
    problems.push({ column: 'slug', problem: `there is no product "${slug}": a row with its title must come first` });
  }
  if (product) problems.push(...problemsOfProduct(existing, product));
  if (variant) problems.push(...problemsOfVariant(existing, slug, variant));
  return problems;
}

function problemsOfProduct(
  { taxClasses, shelves }: ExistingCatalogue,
  { taxClass, collections }: ProductFields,
): RowProblem[] {
  const unknown = collections.filter((slug) => !shelves.has(slug));
  const byRule = collections.filter((slug) => shelves.get(slug)?.kind === 'rule');
  return [
    ...(taxClasses.has(taxClass) ? [] : [{ column: 'taxClass', problem: `there is no tax class "${taxClass}"` }]),
    ...unknown.map((slug) => ({ column: 'collections', problem: `there is no collection "${slug}"` })),
    ...byRule.map((slug) => ({ column: 'collections', problem: `"${slug}" fills itself by a rule` })),
  ];
}

function problemsOfVariant(
  { variants }: ExistingCatalogue,
  slug: string,
  { sku, backorderLimit }: VariantFields,
): RowProblem[] {
  const there = variants.get(sku);
  if (!there) return [];
  if (there.slug !== slug) return [{ column: 'sku', problem: `"${sku}" belongs to the product "${there.slug}"` }];
  if (backorderLimit >= there.owed) return [];
  return [{ column: 'backorderLimit', problem: `${backorderLimit} is less than the ${there.owed} units sold ahead` }];
}

/** What becomes of a row without problems. */
function apply(existing: ExistingCatalogue, plan: Plan, { slug, product, variant }: NumberedRow): Result['outcome'] {
  const outcomes = [
    product ? applyProduct(existing, plan, { slug, fields: product }) : 'unchanged',
    variant ? applyVariant(existing, plan, { slug, fields: variant }) : 'unchanged',
  ] as const;
  // A new size of a product that is there is new; so is a product that has no size yet.
  if (outcomes[1] === 'created' || (outcomes[0] === 'created' && !variant)) return 'created';
  return outcomes.every((outcome) => outcome === 'unchanged') ? 'unchanged' : 'updated';
}

type Outcome = 'created' | 'updated' | 'unchanged';

function applyProduct(
  existing: ExistingCatalogue,
  plan: Plan,
  { slug, fields }: { slug: string; fields: ProductFields },
): Outcome {
  const there = existing.products.get(slug);
  const whole = { ...fields, uqc: fields.uqc ?? there?.fields.uqc ?? 'NOS' };
  if (there && isDeepStrictEqual(there.fields, whole)) return 'unchanged';
  const product = { id: there?.id ?? newId(), slug, fields: whole };
  existing.products.set(slug, product);
  plan.products.set(product.id, { ...product, isNew: !there || plan.products.get(product.id)?.isNew === true });
  return there ? 'updated' : 'created';
}

function applyVariant(
  existing: ExistingCatalogue,
  plan: Plan,
  { slug, fields }: { slug: string; fields: VariantFields },
): Outcome {
  const there = existing.variants.get(fields.sku);
  const whole = wholeOf(fields, there?.fields);
  if (there && isDeepStrictEqual(there.fields, whole)) return 'unchanged';
  const variant = { id: there?.id ?? newId(), slug, owed: there?.owed ?? 0, fields: whole };
  existing.variants.set(fields.sku, variant);
  plan.variants.set(variant.id, { ...variant, isNew: !there || plan.variants.get(variant.id)?.isNew === true });
  if (!there && fields.onHand) plan.goods.set(variant.id, fields.onHand);
  return there ? 'updated' : 'created';
}

/** What the file does not say stays as it is. */
function wholeOf(
  { variantStatus, variantAttributes, onHand: _, ...fields }: VariantFields,
  before: WholeVariant | undefined,
): WholeVariant {
  return {
    ...fields,
    status: variantStatus ?? before?.status ?? 'active',
    attributes: variantAttributes ?? before?.attributes ?? {},
  };
}
