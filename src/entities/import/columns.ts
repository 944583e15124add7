import { refused } from '../../domain/errors.ts';

/** What a product is: given by one row of it, the one that has a title. */
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

/** What a variant is: given by each row. */
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

/** Every column, in the order of an export. */
export const COLUMNS = ['slug', ...PRODUCT_COLUMNS, ...VARIANT_COLUMNS] as const;
export type Column = (typeof COLUMNS)[number];

/** May be left out of a file: what they say then stays as it is. */
const OPTIONAL: ReadonlySet<string> = new Set<Column>(['uqc', 'variantStatus', 'variantAttributes', 'onHand']);

/** One thing wrong with a file. */
export interface FileProblem {
  where: string;
  problem: string;
  expected?: string;
}

/** The refusal of a file that cannot be read as a whole. */
export const unreadable = (...problems: FileProblem[]): Error => refused('IMPORT_UNREADABLE', { problems });

/** More than a person reads. */
const MOST = 30;

/** The columns that a header names, in its order. @throws IMPORT_UNREADABLE naming each that is missing, unknown or doubled */
export function readHeader(cells: readonly string[]): Column[] {
  const names = cells.map((cell) => cell.trim());
  const problems = [
    ...COLUMNS.filter((name) => !names.includes(name) && !OPTIONAL.has(name)).map(missing),
    ...names.filter((name) => !isColumn(name)).map(unknown),
    ...names.filter((name, index) => names.indexOf(name) < index).map(doubled),
  ];
  if (problems.length > 0) throw unreadable(...problems.slice(0, MOST));
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
const doubled = (name: string): FileProblem => ({
  where: 'header',
  problem: `the column ${name.slice(0, 100)} is there twice`,
  expected: 'each column once',
});
