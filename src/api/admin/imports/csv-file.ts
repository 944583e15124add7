import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { type Column, readHeader, unreadable } from '../../../entities/import/columns.ts';
import type { Line } from '../../../entities/import/receiving.ts';
import { decodeUtf8 } from './texts.ts';

/** Longer than any valid row, in characters. */
const MAX_ROW_CHARACTERS = 200_000;
/** A file may mix these; by default csv-parse accepts only the first one that it finds. */
const LINE_ENDS = ['\r\n', '\n', '\r'];
/** The most lines or characters in memory before a batch is passed on. */
const BATCH = { lines: 500, characters: 1_000_000 };

/** Receives the file while the request is read. */
export interface CsvReceiver {
  header(columns: Column[]): Promise<void>;
  lines(lines: readonly Line[]): Promise<void>;
}

/**
 * Reads a CSV file from a request in batches of lines; reading pauses while the receiver handles a batch.
 * @returns the number of rows without the header, and the SHA-256 hash of the bytes (base64url)
 * @throws IMPORT_UNREADABLE, PAYLOAD_TOO_LARGE; the rest of the request is discarded.
 */
export async function readCsvFile(
  request: IncomingMessage,
  receiver: CsvReceiver,
): Promise<{ rows: number; sha256: string }> {
  const hash = createHash('sha256');
  let rows = 0;
  try {
    await pipeline(
      Readable.from(decodeUtf8(request.iterator({ destroyOnReturn: false }), (bytes) => hash.update(bytes))),
      parse({ bom: true, record_delimiter: LINE_ENDS, relax_column_count: true, max_record_size: MAX_ROW_CHARACTERS }),
      async (records: AsyncIterable<string[]>) => {
        rows = await readRecords(records, receiver);
      },
    );
  } catch (error) {
    if (request.destroyed && !request.complete)
      throw unreadable({ where: 'body', problem: 'ended before the file was complete', expected: 'the whole file' });
    request.resume();
    throw error instanceof CsvError ? describeCsvError(error) : error;
  }
  return { rows, sha256: hash.digest('base64url') };
}

async function readRecords(records: AsyncIterable<string[]>, receiver: CsvReceiver): Promise<number> {
  let [row, rows, characters] = [0, 0, 0];
  let batch: Line[] = [];
  for await (const cells of records) {
    row += 1;
    if (row === 1) {
      await receiver.header(readHeader(cells));
      continue;
    }
    // An empty row keeps its row number, but is not imported.
    if (cells.every((cell) => cell.trim() === '')) continue;
    rows += 1;
    batch.push([row, cells]);
    characters += cells.reduce((sum, cell) => sum + cell.length, 0);
    if (batch.length < BATCH.lines && characters < BATCH.characters) continue;
    await receiver.lines(batch);
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) await receiver.lines(batch);
  if (rows === 0)
    throw unreadable({ where: 'body', problem: 'has no rows', expected: 'a header and at least one row' });
  return rows;
}

/** Names the place of the error without repeating the content of the file. */
function describeCsvError({ code, lines }: CsvError & { lines?: number }): Error {
  const where = lines === undefined ? 'body' : `line ${lines}`;
  const problem =
    code === 'CSV_MAX_RECORD_SIZE' ? `has a row of more than ${MAX_ROW_CHARACTERS} characters` : 'breaks the quotes';
  return unreadable({ where, problem, expected: 'CSV with commas, and quotes doubled inside quotes (RFC 4180)' });
}
