import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BYTE_ORDER_MARK, csvLines } from '../../../entities/import/cells.ts';
import type { Outcome, RawCall } from '../../http/route.ts';

type Rows = readonly (readonly (string | number)[])[];

/** Streams pages of rows as a CSV file at the speed of the client; stops when the client disconnects. */
export async function sendCsv(
  { raw: { response }, signal }: Pick<RawCall, 'raw' | 'signal'>,
  { name, header, pages }: { name: string; header: readonly string[]; pages: AsyncGenerator<Rows> },
): Promise<Outcome> {
  // Before the headers are sent, so that a failed query is still answered as an error.
  const first = await pages.next();
  response.writeHead(200, {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  });
  const text = async function* () {
    yield BYTE_ORDER_MARK + csvLines([header]);
    if (!first.done) yield csvLines(first.value);
    for await (const page of pages) yield csvLines(page);
  };
  await pipeline(Readable.from(text()), response).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return 'handled';
}
