import { z } from 'zod';
import type { Database } from '../../../infra/database/database.ts';

export const collectionsSchema = z
  .object({
    data: z.array(
      z.object({ id: z.uuid(), slug: z.string(), title: z.string(), description: z.string(), productCount: z.int() }),
    ),
    nextCursor: z.null(),
  })
  .meta({ id: 'CollectionList' });

export type CollectionList = z.infer<typeof collectionsSchema>;

/** Reads all active collections in menu order, each with the number of its products on sale. */
export async function readCollections(db: Database): Promise<CollectionList> {
  const data = await db.query<CollectionList['data'][number]>(
    `with counts as (select collection_id, count(*) as products from product_collections pc
        join products p on p.id = pc.product_id and p.status = 'active' group by collection_id)
      select c.id, c.slug, c.title, c.description, coalesce(counts.products, 0) as "productCount"
        from collections c left join counts on counts.collection_id = c.id
        where c.status = 'active' order by c.position, c.id`,
  );
  return { data, nextCursor: null };
}
