import { z } from 'zod';
import { unguarded } from './cells.ts';
import { type Column, PRODUCT_COLUMNS, VARIANT_COLUMNS } from './columns.ts';
import { PRODUCT_CELLS, SLUG, VARIANT_CELLS } from './fields.ts';

const productFields = z.object(PRODUCT_CELLS);
const variantFields = z.object(VARIANT_CELLS);

export type ProductFields = z.output<typeof productFields>;
export type VariantFields = z.output<typeof variantFields>;

/** One line of a file, understood. */
export interface ImportRow {
  slug: string;
  /** Absent where another row gives them. */
  product?: ProductFields;
  /** Absent where the row is about the product only. */
  variant?: VariantFields;
}

/** One thing wrong with a row. */
export interface RowProblem {
  column: string;
  problem: string;
}

type Cells = Partial<Record<Column, string>>;

/** Understands a line: `cells` in the order of `columns`. @returns every problem of it, or the row */
export function readRow(columns: readonly Column[], cells: readonly string[]): ImportRow | RowProblem[] {
  if (cells.length !== columns.length) {
    return [{ column: '', problem: `has ${cells.length} cells, but the header has ${columns.length}` }];
  }
  const row: Cells = Object.fromEntries(columns.map((name, index) => [name, unguarded(cells[index] ?? '')]));
  const problems: RowProblem[] = [];
  const slug = understand(z.object({ slug: SLUG }), row, problems)?.slug;
  const product = partOf(row, { columns: PRODUCT_COLUMNS, key: 'title', schema: productFields }, problems);
  const variant = partOf(row, { columns: VARIANT_COLUMNS, key: 'sku', schema: variantFields }, problems);
  if (!product && !variant && problems.length === 0)
    problems.push({ column: 'sku', problem: 'is empty, and so is title' });
  if (slug === undefined || problems.length > 0) return problems;
  return { slug, ...(product && { product }), ...(variant && { variant }) };
}

interface Part<T> {
  columns: readonly Column[];
  /** Without it the part is not there. */
  key: Column;
  schema: z.core.$ZodType<T>;
}

function partOf<T>(row: Cells, { columns, key, schema }: Part<T>, problems: RowProblem[]): T | undefined {
  if (row[key]?.trim()) return understand(schema, row, problems);
  const filled = columns.filter((name) => row[name]?.trim());
  if (filled.length > 0) problems.push({ column: key, problem: `is empty, though ${filled.join(', ')} is filled` });
  return undefined;
}

function understand<T>(schema: z.core.$ZodType<T>, row: Cells, problems: RowProblem[]): T | undefined {
  const result = z.safeParse(schema, row);
  if (result.success) return result.data;
  problems.push(...result.error.issues.map(({ path, message }) => ({ column: String(path[0]), problem: message })));
  return undefined;
}
