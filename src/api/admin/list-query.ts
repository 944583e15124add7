import { type core, z } from 'zod';
import { readCursor, writeCursor } from '../http/cursor.ts';

/** What every list of the admin API can be asked for. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(24),
  cursor: z.string().min(1).max(2_000).optional(),
};

export const pageOf = <T extends core.$ZodType>(item: T) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() });

/** The id behind which a page begins; null for the first page. @throws CURSOR_INVALID for the cursor of another list. */
export const startOf = (list: object, cursor: string | undefined): string | null =>
  cursor === undefined ? null : readCursor(list, cursor, z.null()).id;

/** Cuts one row more than was wanted off, and says where the next page begins. Ids are UUIDv7: newest first. */
export function toPage<T extends { id: string }>(list: object, rows: T[], limit: number) {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const nextCursor = rows.length > limit && last ? writeCursor(list, { key: null, id: last.id }) : null;
  return { data, nextCursor };
}
