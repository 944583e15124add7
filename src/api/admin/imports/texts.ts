import { unreadable } from '../../../entities/import/columns.ts';
import { RequestFault } from '../../http/errors/failure.ts';

/** The size limit of a file in bytes. */
const MAX_FILE_BYTES = 200_000_000;

/**
 * Decodes the chunks of a file to text; `onBytes` receives each chunk.
 * @throws IMPORT_UNREADABLE for bytes that are not UTF-8 and for U+0000, which Postgres cannot store; PAYLOAD_TOO_LARGE
 */
export async function* decodeUtf8(
  chunks: AsyncIterable<Buffer>,
  onBytes: (bytes: Buffer) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_FILE_BYTES)
      throw new RequestFault('PAYLOAD_TOO_LARGE', { details: { limitBytes: MAX_FILE_BYTES } });
    onBytes(chunk);
    yield decodeStorable(() => decoder.decode(chunk, { stream: true }));
  }
  yield decodeStorable(() => decoder.decode());
}

function decodeStorable(decode: () => string): string {
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
