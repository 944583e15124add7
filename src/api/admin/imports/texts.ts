import { unreadable } from '../../../entities/import/columns.ts';
import { RequestFault } from '../../http/errors/failure.ts';

/** Most bytes of a file. */
const MOST_BYTES = 200_000_000;

/**
 * The text of a file as it comes in; `see` gets its bytes.
 * @throws IMPORT_UNREADABLE for what is not UTF-8 or cannot be stored, PAYLOAD_TOO_LARGE
 */
export async function* texts(chunks: AsyncIterable<Buffer>, see: (bytes: Buffer) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new RequestFault('PAYLOAD_TOO_LARGE', { details: { limitBytes: MOST_BYTES } });
    see(chunk);
    yield textOf(() => decoder.decode(chunk, { stream: true }));
  }
  yield textOf(() => decoder.decode());
}

function textOf(decode: () => string): string {
  let text: string;
  try {
    text = decode();
  } catch {
    throw unreadable({ where: 'body', problem: 'is not UTF-8', expected: 'a file saved as "CSV UTF-8"' });
  }
  if (text.includes('\0')) {
    throw unreadable({ where: 'body', problem: 'has a character that cannot be stored', expected: 'no U+0000' });
  }
  return text;
}
