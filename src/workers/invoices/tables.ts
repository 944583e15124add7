import type { Content, CustomTableLayout, TableCell } from 'pdfmake/interfaces.d.ts';
import type { HsnRow, TaxDocument } from '../../domain/invoices/document.ts';
import { setInFonts } from './fonts.ts';
import { taxColumns } from './tax-columns.ts';

const money = new Intl.NumberFormat('en-IN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Paise as `1,23,456.78`. */
export const rupees = (paise: number): string => money.format(paise / 100);

const right = (text: string | number): TableCell => ({ text: String(text), alignment: 'right' });
const head = (text: string, alignment: 'left' | 'right' = 'right'): TableCell => ({ text, bold: true, alignment });
const percent = (rate: string): TableCell => right(`${rate} %`);

const LAYOUT: CustomTableLayout = {
  hLineWidth: (row) => (row === 1 ? 1 : 0.4),
  vLineWidth: () => 0,
  paddingLeft: () => 3,
  paddingRight: () => 3,
};

/** Pieces with their unit; services are not counted in any. */
const counted = ({ quantity, unit }: Pick<HsnRow, 'quantity' | 'unit'>): TableCell =>
  right(unit === 'NOS' ? `${quantity} NOS` : quantity);

// Widths are fixed: a name without a space then breaks where it has to, and pushes nothing off the page.
const table = (widths: number[], body: TableCell[][]): Content => ({
  layout: LAYOUT,
  fontSize: 7.5,
  table: { headerRows: 1, dontBreakRows: true, widths, body },
});

const [INNER, PADDING, TAX, MONEY] = [523, 6, 48, 60];
const rest = (widths: readonly number[]): number =>
  INNER - PADDING - widths.reduce((sum, width) => sum + width + PADDING, 0);

/** Line by line what was sold, or what is credited. */
export function linesTable(document: TaxDocument): Content {
  const columns = taxColumns(document);
  const heads = [head('#'), head('Description', 'left'), head('HSN', 'left'), head('Qty'), head('Taxable')];
  const tail = [...columns.map(({ title }) => head(title)), head('Rate'), head('Total')];
  const rows = document.lines.map((line, index) => [
    right(index + 1),
    { text: [...setInFonts(line.description), ...(line.sku ? setInFonts(` (${line.sku})`) : [])] },
    { text: line.hsn },
    counted(line),
    right(rupees(line.taxable)),
    ...columns.map(({ field }) => right(rupees(line[field]))),
    percent(line.ratePercent),
    right(rupees(line.total)),
  ]);
  const numbers = [42, 42, MONEY, ...columns.map(() => TAX), 32, MONEY];
  return table([16, rest([16, ...numbers]), ...numbers], [[...heads, ...tail], ...rows]);
}

/** The same added up by HSN code and rate. */
export function hsnTable(document: TaxDocument): Content {
  const columns = [{ field: 'taxable', title: 'Taxable' } as const, ...taxColumns(document)];
  const heads = [head('HSN', 'left'), head('Rate'), head('Qty'), ...columns.map(({ title }) => head(title))];
  const rows = document.hsnSummary.map((row) => [
    { text: row.hsn },
    percent(row.ratePercent),
    counted(row),
    ...columns.map(({ field }) => right(rupees(row[field]))),
  ]);
  const numbers = [40, 48, ...columns.map(() => MONEY)];
  return table([rest(numbers), ...numbers], [heads, ...rows]);
}

/** What it all comes to. */
export function totalsTable(document: TaxDocument): Content {
  const { totals } = document;
  const rows: [string, number][] = [
    ['Taxable value', totals.taxable],
    ...taxColumns(document).map(({ field, title }): [string, number] => [title, totals[field]]),
    ['Total', totals.total],
  ];
  const body = rows.map(([name, paise]) => [{ text: name, bold: name === 'Total' }, right(rupees(paise))]);
  return table([140, 90], body);
}
