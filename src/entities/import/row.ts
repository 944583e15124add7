import { z } from 'zod';
import { unguarded } from './cells.ts';
import { type Column, PRODUCT_COLUMNS, VARIANT_COLUMNS } from './columns.ts';
import { PRODUCT_CELLS, SLUG, VARIANT_CELLS } from './fields.ts';

const productFields = z.object(PRODUCT_CELLS);
const variantFields = z.object(VARIANT_CELLS);

export type ProductFields = z.output<typeof productFields>;
export type VariantFields = z.output<typeof variantFields>;

/** A parsed line of a file. */
export interface ImportRow {
  slug: string;
  /** Absent if another row has the product's columns. */
  product?: ProductFields;
  /** Absent if the row has only the product's columns. */
  variant?: VariantFields;
}

/** A problem of a row. */
export interface RowProblem {
  column: string;
  problem: string;
}

type Cells = Partial<Record<Column, string>>;

/** Parses a line with `cells` in the order of `columns`. @returns the row, or all its problems */
export function readRow(columns: readonly Column[], cells: readonly string[]): ImportRow | RowProblem[] {
  if (cells.length !== columns.length) {
    return [{ column: '', problem: `has ${cells.length} cells, but the header has ${columns.length}` }];
  }
  const row: Cells = Object.fromEntries(columns.map((name, index) => [name, unguarded(cells[index] ?? '')]));
  const problems: RowProblem[] = [];
  const slug = parseCells(z.object({ slug: SLUG }), row, problems)?.slug;
  const product = partOf(row, { columns: PRODUCT_COLUMNS, key: 'title', schema: productFields }, problems);
  const variant = partOf(row, { columns: VARIANT_COLUMNS, key: 'sku', schema: variantFields }, problems);
  if (!product && !variant && problems.length === 0)
    problems.push({ column: 'sku', problem: 'is empty, and title is empty, too' });
  if (slug === undefined || problems.length > 0) return problems;
  return { slug, ...(product && { product }), ...(variant && { variant }) };
}

interface Part<T> {
  columns: readonly Column[];
  /** If this cell is empty, the row does not have the part. */
  key: Column;
  schema: z.core.$ZodType<T>;
}

function partOf<T>(row: Cells, { columns, key, schema }: Part<T>, problems: RowProblem[]): T | undefined {
  if (row[key]?.trim()) return parseCells(schema, row, problems);
  const filled = columns.filter((name) => row[name]?.trim());
  if (filled.length > 0) problems.push({ column: key, problem: `is empty, though ${filled.join(', ')} is filled` });
  return undefined;
}

function parseCells<T>(schema: z.core.$ZodType<T>, row: Cells, problems: RowProblem[]): T | undefined {
  const result = z.safeParse(schema, row);
  if (result.success) return result.data;
  problems.push(...result.error.issues.map(({ path, message }) => ({ column: String(path[0]), problem: message })));
  return undefined;
}
