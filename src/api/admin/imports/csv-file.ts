import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { type Column, readHeader, unreadable } from '../../../entities/import/columns.ts';
import type { Line } from '../../../entities/import/receiving.ts';
import { texts } from './texts.ts';

/** More characters than any row can have that is all right. */
const MOST_OF_A_ROW = 200_000;
/** Each of them ends a row, also mixed within a file; without this the first one of a file would be its only one. */
const LINE_ENDS = ['\r\n', '\n', '\r'];
/** Lines, or characters of them, that are kept in memory before they are handed on. */
const BATCH = { lines: 500, characters: 1_000_000 };

/** Who takes the file as it comes in. */
export interface Taker {
  header(columns: Column[]): Promise<void>;
  lines(lines: readonly Line[]): Promise<void>;
}

/**
 * Reads a CSV file from a request, a batch of lines at a time: the client is kept waiting while they are taken.
 * @returns how many rows it has, and the hash of its bytes
 * @throws IMPORT_UNREADABLE, PAYLOAD_TOO_LARGE; what comes behind the fault is let through unread.
 */
export async function readCsvFile(request: IncomingMessage, taker: Taker): Promise<{ rows: number; sha256: string }> {
  const hash = createHash('sha256');
  let rows = 0;
  try {
    await pipeline(
      Readable.from(texts(request.iterator({ destroyOnReturn: false }), (bytes) => hash.update(bytes))),
      parse({ bom: true, record_delimiter: LINE_ENDS, relax_column_count: true, max_record_size: MOST_OF_A_ROW }),
      async (records: AsyncIterable<string[]>) => {
        rows = await take(records, taker);
      },
    );
  } catch (error) {
    if (request.destroyed && !request.complete)
      throw unreadable({ where: 'body', problem: 'broke off', expected: 'the whole file' });
    request.resume();
    throw error instanceof CsvError ? notCsv(error) : error;
  }
  return { rows, sha256: hash.digest('base64url') };
}

async function take(records: AsyncIterable<string[]>, taker: Taker): Promise<number> {
  let [row, rows, characters] = [0, 0, 0];
  let batch: Line[] = [];
  for await (const cells of records) {
    row += 1;
    if (row === 1) {
      await taker.header(readHeader(cells));
      continue;
    }
    // An empty line is a row of a spreadsheet, and nothing to import.
    if (cells.every((cell) => cell.trim() === '')) continue;
    rows += 1;
    batch.push([row, cells]);
    characters += cells.reduce((sum, cell) => sum + cell.length, 0);
    if (batch.length < BATCH.lines && characters < BATCH.characters) continue;
    await taker.lines(batch);
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) await taker.lines(batch);
  if (rows === 0)
    throw unreadable({ where: 'body', problem: 'has no rows', expected: 'a header and at least one row' });
  return rows;
}

/** Says where the file breaks without repeating what stands in it. */
function notCsv({ code, lines }: CsvError & { lines?: number }): Error {
  const at = lines === undefined ? 'body' : `line ${lines}`;
  const problem =
    code === 'CSV_MAX_RECORD_SIZE' ? `has a row of more than ${MOST_OF_A_ROW} characters` : 'breaks the quotes';
  return unreadable({ where: at, problem, expected: 'CSV with commas, and quotes doubled inside quotes (RFC 4180)' });
}
