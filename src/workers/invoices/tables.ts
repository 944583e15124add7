import type { Content, CustomTableLayout, TableCell } from 'pdfmake/interfaces.d.ts';
import type { PrintedLine, TaxDocument } from '../../domain/invoices/document.ts';
import { isExempt } from '../../domain/invoices/document-type.ts';
import type { HsnRow } from '../../domain/invoices/hsn-summary.ts';
import { type TaxColumn, type Taxed, taxColumns, taxesOf, totalOf } from '../../domain/invoices/taxes.ts';
import { rupees } from './amounts.ts';
import { setInFonts } from './fonts.ts';
import { FEWEST_ROWS } from './page-breaks.ts';

/** Where a table goes on with a new page although its rows would fit; null: wherever the page is full. */
type Break = number | null;

const right = (text: string): TableCell => ({ text, alignment: 'right' });
const head = (text: string, alignment: 'left' | 'right' = 'right'): TableCell => ({ text, bold: true, alignment });
const strong = (text: string): TableCell => ({ text, bold: true, alignment: 'right' });

const [INNER, PADDING] = [523, 4];
const LAYOUT: CustomTableLayout = {
  // Under the last row of the head, and above the totals, which are the last row.
  hLineWidth: (row, { table: { headerRows, body } }) =>
    row === 0 ? 0 : row === headerRows || row === body.length - 1 ? 1 : 0.4,
  vLineWidth: () => 0,
  paddingLeft: () => PADDING / 2,
  paddingRight: () => PADDING / 2,
};

interface Column {
  /** In points; `rest` takes what the others leave. */
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
 * A table whose head comes again on each page, with its totals as last row. Widths are fixed: a name without a space then
 * breaks where it has to, and pushes nothing off the page.
 */
function table({ name, caption, columns, body }: Rows, breakBefore: Break): Content[] {
  const fixed = columns.reduce((sum, { width }) => sum + PADDING + (width === 'rest' ? 0 : width), 0);
  const widths = columns.map(({ width }) => (width === 'rest' ? INNER - fixed : width));
  const title: TableCell = { text: caption, bold: true, colSpan: columns.length };
  const heads = [[title, ...columns.slice(1).map(() => '')], columns.map((column) => column.head)];
  const rows = [...body, columns.map(({ total }) => total)].map(([first, ...others], row): TableCell[] => [
    // The id says on which page the row is (src/workers/invoices/page-breaks.ts).
    { ...(first as object), id: row === body.length ? `${name}-end` : `${name}-${row}` } as TableCell,
    ...others,
  ]);
  const part = (of: TableCell[][], isOnNewPage: boolean): Content => ({
    layout: LAYOUT,
    fontSize: 7,
    ...(isOnNewPage && { pageBreak: 'before' }),
    table: {
      headerRows: heads.length,
      keepWithHeaderRows: FEWEST_ROWS,
      dontBreakRows: true,
      widths,
      body: [...heads, ...of],
    },
  });
  if (breakBefore === null || breakBefore === 0) return [part(rows, breakBefore === 0)];
  return [part(rows.slice(0, breakBefore), false), part(rows.slice(breakBefore), true)];
}

/** With their unit below; services are not counted in any. */
const counted = ({ quantity, unit }: Pick<HsnRow, 'quantity' | 'unit'>, between: string): TableCell => {
  if (quantity === null) return right('');
  return right(unit && unit !== 'NA' ? `${quantity}${between}${unit}` : String(quantity));
};

const MONEY = 52;

/** A tax of a row: its rate above, its amount below. */
const taxCells = (row: Taxed & { ratePercent: string }, columns: readonly TaxColumn[]): TableCell[] =>
  taxesOf(row, columns).map(({ ratePercent, amount }) =>
    right(isExempt(row) ? 'exempt' : `${ratePercent} %\n${rupees(amount)}`),
  );

const taxHeads = (columns: readonly TaxColumn[], { totals }: TaxDocument): Column[] =>
  columns.map(({ field, name }) => ({ width: 50, head: head(name), total: strong(rupees(totals[field])) }));

const valueColumn = ({ totals }: TaxDocument, taxes: readonly TaxColumn[]): Column => ({
  width: MONEY,
  head: head(taxes.length > 0 ? 'Taxable value' : 'Value'),
  total: strong(rupees(totals.taxable)),
});

/** Where nothing is taxed, the value is the total. */
const totalColumn = ({ totals }: TaxDocument, taxes: readonly TaxColumn[]): Column[] =>
  taxes.length > 0 ? [{ width: 58, head: head('Total'), total: strong(rupees(totals.total)) }] : [];

/** Line by line what was sold, or what is credited. */
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
    counted(line, '\n'),
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
  return table({ name: 'lines', caption, columns, body }, breakBefore);
}

const description = ({ description, sku, hsn, reason }: PrintedLine): TableCell => ({
  stack: [
    { text: setInFonts(description) },
    { text: setInFonts([hsn && `HSN ${hsn}`, sku].filter(Boolean).join(' · ')), fontSize: 6.5, color: '#444444' },
    ...(reason ? [{ text: setInFonts(`Reason: ${reason}`), fontSize: 6.5, color: '#444444' }] : []),
  ],
});

/** The same added up by HSN code, rate and unit. */
export function hsnTable(document: TaxDocument, breakBefore: Break): Content[] {
  const taxes = taxColumns(document);
  const body = document.hsnSummary.map((row) => [
    { text: row.hsn || '–' },
    counted(row, ' '),
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
  return table({ name: 'hsn', caption, columns, body }, breakBefore);
}
