import { guarded } from '../../../../entities/import/cells.ts';
import type { Call, Outcome } from '../../../http/route.ts';
import { sendCsv } from '../../imports/csv-answer.ts';

/** The name of a column, and the unit of its values in the API: amounts are paise there and rupees in a CSV file. */
export type CsvColumn = readonly [name: string, unit: 'paise' | 'plain'];

interface Table {
  /** The file name without `.csv`. */
  name: string;
  columns: readonly CsvColumn[];
  rows: readonly object[];
}

type AnyCall = Call<unknown, unknown, unknown>;

/** Answers JSON, or the rows as a CSV file if the client prefers `text/csv`. */
export async function answerTable(call: AnyCall, body: object, { name, columns, rows }: Table): Promise<Outcome> {
  if (call.raw.request.accepts(['application/json', 'text/csv']) !== 'text/csv') return { status: 200, body };
  const header = columns.map(([column, unit]) => (unit === 'paise' ? `${column}Rupees` : column));
  return sendCsv(call, { name: `${name}.csv`, header, pages: oneOf(rows.map((row) => cellsOf(row, columns))) });
}

async function* oneOf(page: (string | number)[][]) {
  yield page;
}

const cellsOf = (row: object, columns: readonly CsvColumn[]): (string | number)[] =>
  columns.map(([column, unit]) => {
    const value: unknown = Reflect.get(row, column);
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return unit === 'paise' ? (value / 100).toFixed(2) : value;
    return guarded(String(value));
  });
