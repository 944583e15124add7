import { type core, z } from 'zod';
import { readCursor, writeCursor } from '../http/cursor.ts';

/** Query parameters of every list in the admin API. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(24).meta({ description: 'Items per page, 1 to 100.' }),
  cursor: z.string().min(1).max(2_000).optional().meta({ description: '`nextCursor` of the previous page.' }),
};

/** The schema of one page of a list. */
export const pageSchema = <T extends core.$ZodType>(item: T) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() });

/** Returns the id after which the page begins; null: the first page. @throws CURSOR_INVALID for a foreign cursor */
export const readCursorId = (list: object, cursor: string | undefined): string | null =>
  cursor === undefined ? null : readCursor(list, cursor, z.null()).id;

/** Builds a page from up to `limit + 1` rows, by descending id. The extra row means that a next page exists. */
export function paginate<T extends { id: string }>(list: object, rows: T[], limit: number) {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const nextCursor = rows.length > limit && last ? writeCursor(list, { key: null, id: last.id }) : null;
  return { data, nextCursor };
}
