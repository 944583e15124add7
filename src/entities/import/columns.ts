import { refused } from '../../domain/errors.ts';

/** Columns of the product. Only the row with a title fills them. */
export const PRODUCT_COLUMNS = [
  'title',
  'description',
  'brand',
  'hsn',
  'uqc',
  'taxClass',
  'status',
  'collections',
  'attributes',
  'media',
] as const;

/** Columns of a variant. Each row of a variant fills them. */
export const VARIANT_COLUMNS = [
  'sku',
  'size',
  'color',
  'price',
  'weightGrams',
  'maxPerOrder',
  'backorderLimit',
  'variantStatus',
  'variantAttributes',
  'onHand',
] as const;

/** All columns in the order of an export. */
export const COLUMNS = ['slug', ...PRODUCT_COLUMNS, ...VARIANT_COLUMNS] as const;
export type Column = (typeof COLUMNS)[number];

/** Columns that a file may omit; their stored values then stay. */
const OPTIONAL: ReadonlySet<string> = new Set<Column>(['uqc', 'variantStatus', 'variantAttributes', 'onHand']);

/** A problem of a file. */
export interface FileProblem {
  where: string;
  problem: string;
  expected?: string;
}

/** The error for a file that cannot be read. */
export const unreadable = (...problems: FileProblem[]): Error => refused('IMPORT_UNREADABLE', { problems });

/** Most problems in one error. */
const MOST_PROBLEMS = 30;

/** Reads the columns of a header. @throws IMPORT_UNREADABLE for missing, unknown and duplicate columns */
export function readHeader(cells: readonly string[]): Column[] {
  const names = cells.map((cell) => cell.trim());
  const problems = [
    ...COLUMNS.filter((name) => !names.includes(name) && !OPTIONAL.has(name)).map(missing),
    ...names.filter((name) => !isColumn(name)).map(unknown),
    ...names.filter((name, index) => names.indexOf(name) < index).map(duplicate),
  ];
  if (problems.length > 0) throw unreadable(...problems.slice(0, MOST_PROBLEMS));
  return names.filter(isColumn);
}

const isColumn = (name: string): name is Column => (COLUMNS as readonly string[]).includes(name);

const missing = (name: string): FileProblem => ({
  where: 'header',
  problem: `the column ${name} is missing`,
  expected: name,
});
const unknown = (name: string): FileProblem => ({
  where: 'header',
  problem: `there is no column "${name.slice(0, 100)}"`,
  expected: `columns of ${COLUMNS.join(',')}`,
});
const duplicate = (name: string): FileProblem => ({
  where: 'header',
  problem: `the column ${name.slice(0, 100)} appears twice`,
  expected: 'each column once',
});
