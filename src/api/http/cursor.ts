import { createHash } from 'node:crypto';
import { type core, z } from 'zod';
import { refused } from '../../domain/errors.ts';

/** The end of a page of a list: the sort key of its last row, and the row's id, which makes the key unique. */
export interface Position<K> {
  key: K;
  id: string;
}

/** Writes the cursor of the page after `position`; valid only for a list with the same sort and filters (`list`). */
export function writeCursor(list: unknown, { key, id }: Position<unknown>): string {
  return Buffer.from(JSON.stringify([fingerprint(list), key, id])).toString('base64url');
}

/**
 * Reads a cursor; `key` is the schema of its sort key.
 * @throws CURSOR_INVALID for a cursor of another list, or for none at all.
 */
export function readCursor<K>(list: unknown, cursor: string, key: core.$ZodType<K>): Position<K> {
  const result = z.tuple([z.literal(fingerprint(list)), key, z.uuid()]).safeParse(parse(cursor));
  if (!result.success) throw refused('CURSOR_INVALID');
  return { key: result.data[1] as K, id: result.data[2] };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const fingerprint = (list: unknown): string =>
  createHash('sha1').update(JSON.stringify(list)).digest('base64url').slice(0, 10);
