import { createHash } from 'node:crypto';
import { type core, z } from 'zod';
import { refused } from '../../domain/errors.ts';

/** Where a page of a list ended: the key it is sorted by, and the id that makes the key unique. */
export interface Position<K> {
  key: K;
  id: string;
}

/** Writes the cursor that goes on behind `position`. It only fits the list that `list` describes: sort and filters. */
export function writeCursor(list: unknown, { key, id }: Position<unknown>): string {
  return Buffer.from(JSON.stringify([fingerprint(list), key, id])).toString('base64url');
}

/**
 * Reads a cursor back; `key` is the shape its sort key must have.
 * @throws CURSOR_INVALID for anything that this list did not hand out.
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
