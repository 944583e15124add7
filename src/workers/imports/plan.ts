import { isDeepStrictEqual } from 'node:util';
import type { Result } from '../../entities/import/import.ts';
import type { ProductFields, RowProblem, VariantFields } from '../../entities/import/row.ts';
import { newId } from '../../infra/ids.ts';
import type {
  CompleteVariant,
  ExistingCatalogue,
  ExistingProduct,
  ExistingVariant,
  NumberedRow,
} from './existing-catalogue.ts';

export type PlannedWrite<T> = T & { isNew: boolean };

/** The writes for some rows: each product and variant once, with the values of the last row that names it. */
export interface Plan {
  products: Map<string, PlannedWrite<ExistingProduct>>;
  variants: Map<string, PlannedWrite<ExistingVariant>>;
  /** Opening stock in units, by the id of the new variant. */
  goods: Map<string, number>;
}

/**
 * Plans the rows in their order and adds each result to `existing`, so that later rows find the products of earlier
 * rows. A row with a problem changes nothing.
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
  { taxClasses, collections: existing }: ExistingCatalogue,
  { taxClass, collections }: ProductFields,
): RowProblem[] {
  const unknown = collections.filter((slug) => !existing.has(slug));
  const byRule = collections.filter((slug) => existing.get(slug)?.kind === 'rule');
  return [
    ...(taxClasses.has(taxClass) ? [] : [{ column: 'taxClass', problem: `there is no tax class "${taxClass}"` }]),
    ...unknown.map((slug) => ({ column: 'collections', problem: `there is no collection "${slug}"` })),
    ...byRule.map((slug) => ({
      column: 'collections',
      problem: `"${slug}" is filled by a rule: remove it from the row`,
    })),
  ];
}

function problemsOfVariant(
  { variants }: ExistingCatalogue,
  slug: string,
  { sku, backorderLimit }: VariantFields,
): RowProblem[] {
  const current = variants.get(sku);
  if (!current) return [];
  if (current.slug !== slug) return [{ column: 'sku', problem: `"${sku}" belongs to the product "${current.slug}"` }];
  if (backorderLimit >= current.owed) return [];
  return [
    {
      column: 'backorderLimit',
      problem: `${backorderLimit} is less than the ${current.owed} units already sold on backorder`,
    },
  ];
}

/** Adds a valid row to the plan. @returns the outcome of the row */
function apply(existing: ExistingCatalogue, plan: Plan, { slug, product, variant }: NumberedRow): Result['outcome'] {
  const outcomes = [
    product ? applyProduct(existing, plan, { slug, fields: product }) : 'unchanged',
    variant ? applyVariant(existing, plan, { slug, fields: variant }) : 'unchanged',
  ] as const;
  // A row counts as created when its variant is new, or its product is new and the row has no variant.
  if (outcomes[1] === 'created' || (outcomes[0] === 'created' && !variant)) return 'created';
  return outcomes.every((outcome) => outcome === 'unchanged') ? 'unchanged' : 'updated';
}

type Outcome = 'created' | 'updated' | 'unchanged';

function applyProduct(
  existing: ExistingCatalogue,
  plan: Plan,
  { slug, fields }: { slug: string; fields: ProductFields },
): Outcome {
  const current = existing.products.get(slug);
  const allFields = { ...fields, uqc: fields.uqc ?? current?.fields.uqc ?? 'NOS' };
  if (current && isDeepStrictEqual(current.fields, allFields)) return 'unchanged';
  const product = { id: current?.id ?? newId(), slug, fields: allFields };
  existing.products.set(slug, product);
  plan.products.set(product.id, { ...product, isNew: !current || plan.products.get(product.id)?.isNew === true });
  return current ? 'updated' : 'created';
}

function applyVariant(
  existing: ExistingCatalogue,
  plan: Plan,
  { slug, fields }: { slug: string; fields: VariantFields },
): Outcome {
  const current = existing.variants.get(fields.sku);
  const allFields = mergeFields(fields, current?.fields);
  if (current && isDeepStrictEqual(current.fields, allFields)) return 'unchanged';
  const variant = { id: current?.id ?? newId(), slug, owed: current?.owed ?? 0, fields: allFields };
  existing.variants.set(fields.sku, variant);
  plan.variants.set(variant.id, { ...variant, isNew: !current || plan.variants.get(variant.id)?.isNew === true });
  if (!current && fields.onHand) plan.goods.set(variant.id, fields.onHand);
  return current ? 'updated' : 'created';
}

/** Fields that the file leaves out keep their values. */
function mergeFields(
  { variantStatus, variantAttributes, onHand: _, ...fields }: VariantFields,
  before: CompleteVariant | undefined,
): CompleteVariant {
  return {
    ...fields,
    status: variantStatus ?? before?.status ?? 'active',
    attributes: variantAttributes ?? before?.attributes ?? {},
  };
}
