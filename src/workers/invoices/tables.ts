import type { Content, CustomTableLayout, TableCell } from 'pdfmake/interfaces.d.ts';
import type { PrintedLine, TaxDocument } from '../../domain/invoices/document.ts';
import { isExempt } from '../../domain/invoices/document-type.ts';
import type { HsnRow } from '../../domain/invoices/hsn-summary.ts';
import { type TaxColumn, type Taxed, taxColumns, taxesOf, totalOf } from '../../domain/invoices/taxes.ts';
import { rupees } from './amounts.ts';
import { splitByFont } from './fonts.ts';
import { MIN_ROWS } from './page-breaks.ts';

/** The row before which a table starts a new page; null: when the page is full. */
type Break = number | null;

const right = (text: string): TableCell => ({ text, alignment: 'right' });
const head = (text: string, alignment: 'left' | 'right' = 'right'): TableCell => ({ text, bold: true, alignment });
const strong = (text: string): TableCell => ({ text, bold: true, alignment: 'right' });

const [INNER, PADDING] = [523, 4];
const LAYOUT: CustomTableLayout = {
  // Thick lines under the header rows and above the totals, which are the last row.
  hLineWidth: (row, { table: { headerRows, body } }) =>
    row === 0 ? 0 : row === headerRows || row === body.length - 1 ? 1 : 0.4,
  vLineWidth: () => 0,
  paddingLeft: () => PADDING / 2,
  paddingRight: () => PADDING / 2,
};

interface Column {
  /** In points; `rest` takes the remaining width. */
  width: number | 'rest';
  head: TableCell;
  total: TableCell;
}

interface Rows {
  name: 'lines' | 'hsn';
  caption: string;
  columns: readonly Column[];
  body: TableCell[][];
}

/**
 * Builds a table that repeats its header on each page, with the totals as last row. Fixed widths make names without
 * spaces break within their column.
 */
function buildTable({ name, caption, columns, body }: Rows, breakBefore: Break): Content[] {
  const fixed = columns.reduce((sum, { width }) => sum + PADDING + (width === 'rest' ? 0 : width), 0);
  const widths = columns.map(({ width }) => (width === 'rest' ? INNER - fixed : width));
  const title: TableCell = { text: caption, bold: true, colSpan: columns.length };
  const heads = [[title, ...columns.slice(1).map(() => '')], columns.map((column) => column.head)];
  const rows = [...body, columns.map(({ total }) => total)].map(([first, ...others], row): TableCell[] => [
    // page-breaks.ts uses the id to find the page of the row.
    { ...(first as object), id: row === body.length ? `${name}-end` : `${name}-${row}` } as TableCell,
    ...others,
  ]);
  const section = (sectionRows: TableCell[][], isOnNewPage: boolean): Content => ({
    layout: LAYOUT,
    fontSize: 7,
    ...(isOnNewPage && { pageBreak: 'before' }),
    table: {
      headerRows: heads.length,
      keepWithHeaderRows: MIN_ROWS,
      dontBreakRows: true,
      widths,
      body: [...heads, ...sectionRows],
    },
  });
  if (breakBefore === null || breakBefore === 0) return [section(rows, breakBefore === 0)];
  return [section(rows.slice(0, breakBefore), false), section(rows.slice(breakBefore), true)];
}

/** A quantity with its unit; empty for services, which have no unit. */
const quantityCell = ({ quantity, unit }: Pick<HsnRow, 'quantity' | 'unit'>, between: string): TableCell => {
  if (quantity === null) return right('');
  return right(unit && unit !== 'NA' ? `${quantity}${between}${unit}` : String(quantity));
};

const AMOUNT_WIDTH = 52;

/** One cell per tax of a row: the rate above the amount. */
const taxCells = (row: Taxed & { ratePercent: string }, columns: readonly TaxColumn[]): TableCell[] =>
  taxesOf(row, columns).map(({ ratePercent, amount }) =>
    right(isExempt(row) ? 'exempt' : `${ratePercent} %\n${rupees(amount)}`),
  );

const taxHeads = (columns: readonly TaxColumn[], { totals }: TaxDocument): Column[] =>
  columns.map(({ field, name }) => ({ width: 50, head: head(name), total: strong(rupees(totals[field])) }));

const valueColumn = ({ totals }: TaxDocument, taxes: readonly TaxColumn[]): Column => ({
  width: AMOUNT_WIDTH,
  head: head(taxes.length > 0 ? 'Taxable value' : 'Value'),
  total: strong(rupees(totals.taxable)),
});

/** No column without taxes: then the value is the total. */
const totalColumn = ({ totals }: TaxDocument, taxes: readonly TaxColumn[]): Column[] =>
  taxes.length > 0 ? [{ width: 58, head: head('Total'), total: strong(rupees(totals.total)) }] : [];

/** The table of the supplied or credited lines. */
export function linesTable(document: TaxDocument, breakBefore: Break): Content[] {
  const { kind, lines, totals, pricesIncludeTax } = document;
  const taxes = taxColumns(document);
  const isPriced = lines.some(({ unitPrice }) => unitPrice !== undefined && unitPrice !== null);
  const withTax = pricesIncludeTax && taxes.length > 0 ? '\nincl. tax' : '';
  const prices: Column[] = [
    { width: 50, head: head(`Unit price${withTax}`), total: '' },
    { width: 48, head: head(`Discount${withTax}`), total: strong(rupees(totals.discount ?? 0)) },
  ];
  const body = lines.map((line, index) => [
    right(String(index + 1)),
    description(line),
    quantityCell(line, '\n'),
    ...(isPriced ? [right(rupees(line.unitPrice ?? 0)), right(rupees(line.discount ?? 0))] : []),
    right(rupees(line.taxable)),
    ...taxCells(line, taxes),
    ...(taxes.length > 0 ? [right(rupees(line.total))] : []),
  ]);
  const columns: Column[] = [
    { width: 14, head: head('#'), total: { text: 'Total', bold: true, colSpan: 2 } },
    { width: 'rest', head: head('Description', 'left'), total: '' },
    { width: 34, head: head('Qty'), total: '' },
    ...(isPriced ? prices : []),
    valueColumn(document, taxes),
    ...taxHeads(taxes, document),
    ...totalColumn(document, taxes),
  ];
  const caption = kind === 'invoice' ? 'Supplied' : 'Credited';
  return buildTable({ name: 'lines', caption, columns, body }, breakBefore);
}

const description = ({ description, sku, hsn, reason }: PrintedLine): TableCell => ({
  stack: [
    { text: splitByFont(description) },
    { text: splitByFont([hsn && `HSN ${hsn}`, sku].filter(Boolean).join(' · ')), fontSize: 6.5, color: '#444444' },
    ...(reason ? [{ text: splitByFont(`Reason: ${reason}`), fontSize: 6.5, color: '#444444' }] : []),
  ],
});

/** The table of the lines summed up by HSN code, rate and unit. */
export function hsnTable(document: TaxDocument, breakBefore: Break): Content[] {
  const taxes = taxColumns(document);
  const body = document.hsnSummary.map((row) => [
    { text: row.hsn || '–' },
    quantityCell(row, ' '),
    right(rupees(row.taxable)),
    ...taxCells(row, taxes),
    ...(taxes.length > 0 ? [right(rupees(totalOf(row)))] : []),
  ]);
  const columns: Column[] = [
    { width: 'rest', head: head('HSN', 'left'), total: { text: 'Total', bold: true } },
    { width: 60, head: head('Qty'), total: '' },
    valueColumn(document, taxes),
    ...taxHeads(taxes, document),
    ...totalColumn(document, taxes),
  ];
  const caption = taxes.length > 0 ? 'Tax by HSN code' : 'Value by HSN code';
  return buildTable({ name: 'hsn', caption, columns, body }, breakBefore);
}
