import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { requireExistingIds } from '../../../entities/offers/references.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { paise } from '../../fields/amounts.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { pageQuery, pageSchema } from '../list-query.ts';
import { lockResource, readOne } from '../resources/managed-resource.ts';
import { units } from './conditions.ts';
import { PRICE_LISTS } from './price-lists.ts';

const PATH = '/api/v1/admin/price-lists/{id}/entries';
const MAX_ENTRIES = 1_000;

const entrySchema = z
  .strictObject({
    variantId: z.uuid(),
    minQuantity: units.meta({ description: 'Quantity from which the price applies, in units.' }),
    price: paise.meta({ description: 'Unit price in paise.' }),
  })
  .meta({ id: 'PriceListEntry' });
type Entry = z.infer<typeof entrySchema>;

const common = { tag: PRICE_LISTS.tag, permission: 'price-lists:manage', access: 'staff' } as const;
const params = z.object({ id: z.uuid() });

/** The entries of a price list. */
export const priceListEntryRoutes = (deps: ApiDeps): AnyRoute[] => [list(deps), put(deps), remove(deps)];

const list = ({ db }: ApiDeps) =>
  route({
    ...common,
    method: 'get',
    path: PATH,
    summary: 'List the entries of a price list, by variant',
    params,
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'A page of entries', schema: pageSchema(entrySchema) } },
    errors: ['PRICE_LIST_NOT_FOUND', 'CURSOR_INVALID'],
    async handle({ params: { id }, query: { limit, cursor } }) {
      await readOne(db.query, PRICE_LISTS, id);
      const after = cursor === undefined ? null : readCursor({ entriesOf: id }, cursor, z.int());
      const rows = await db.search<Entry>(
        `select variant_id as "variantId", min_quantity as "minQuantity", price from price_list_entries
          where price_list_id = $1 and ($2::uuid is null or (variant_id, min_quantity) > ($2, $3::int))
          order by variant_id, min_quantity limit $4`,
        [id, after?.id ?? null, after?.key ?? 0, limit + 1],
      );
      const data = rows.slice(0, limit);
      const last = rows.length > limit ? data.at(-1) : undefined;
      const nextCursor = last ? writeCursor({ entriesOf: id }, { key: last.minQuantity, id: last.variantId }) : null;
      return { status: 200, body: { data, nextCursor } };
    },
  });

const put = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'put',
    path: PATH,
    versioned: true,
    summary: `Add or replace up to ${MAX_ENTRIES} entries of a price list`,
    params,
    description: 'Replaces entries with the same variant and quantity; other entries stay.',
    body: z.strictObject({ entries: z.array(entrySchema).min(1).max(MAX_ENTRIES) }),
    answers: { 200: { description: 'The price list', schema: PRICE_LISTS.view } },
    errors: ['PRICE_LIST_NOT_FOUND', 'REFERENCE_UNKNOWN', 'CONTRADICTION'],
    handle(call) {
      const { id } = call.params;
      const { entries } = call.body;
      const work = async (tx: Tx) => {
        await lockResource(tx, PRICE_LISTS, call);
        refuseDuplicates(entries);
        await requireExistingIds(tx, {
          field: 'entries',
          table: 'variants',
          ids: entries.map((entry) => entry.variantId),
        });
        await tx.query(
          `insert into price_list_entries (variant_id, price_list_id, min_quantity, price)
            select variant_id, $1, min_quantity, price
              from unnest($2::uuid[], $3::int[], $4::bigint[]) as e (variant_id, min_quantity, price)
            on conflict (variant_id, price_list_id, min_quantity) do update set price = excluded.price`,
          [
            id,
            ...[entries.map((entry) => entry.variantId), entries.map((entry) => entry.minQuantity)],
            entries.map((entry) => entry.price),
          ],
        );
        await bumpVersion(tx, id);
        const answer = versioned(await readOne(tx.query, PRICE_LISTS, id));
        return { answer, target: { type: 'price-list', id }, before: null, after: { entries } };
      };
      return adminEdit(deps, call, { action: 'price-list.set-prices', scope: id, work });
    },
  });

const remove = (deps: ApiDeps) =>
  route({
    ...common,
    method: 'delete',
    path: `${PATH}/{variantId}`,
    summary: 'Delete the entries of a variant from a price list',
    params: params.extend({ variantId: z.uuid() }),
    answers: { 204: { description: 'The price list has no entry for the variant' } },
    errors: ['PRICE_LIST_NOT_FOUND'],
    handle(call) {
      const { id, variantId } = call.params;
      const work = async (tx: Tx) => {
        await tx.query(`select 1 from price_lists where id = $1 for update`, [id]);
        await readOne(tx.query, PRICE_LISTS, id);
        const removed = await tx.query<{ minQuantity: number; price: number }>(
          `delete from price_list_entries where price_list_id = $1 and variant_id = $2
            returning min_quantity as "minQuantity", price`,
          [id, variantId],
        );
        await bumpVersion(tx, id);
        return { answer: noContent, target: { type: 'price-list', id }, before: { variantId, removed }, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'price-list.remove-prices', scope: id, work }));
    },
  });

/** Refuses two entries for one variant and quantity, because either could win. @throws CONTRADICTION */
function refuseDuplicates(entries: readonly Entry[]): void {
  const seen = new Set<string>();
  for (const [index, { variantId, minQuantity }] of entries.entries()) {
    const key = `${variantId} ${minQuantity}`;
    const problem = { where: `entries[${index}]`, problem: 'repeats the variant and quantity of an earlier entry' };
    if (seen.has(key))
      throw refused('CONTRADICTION', {
        problems: [{ ...problem, expected: 'one entry for each variant and quantity' }],
      });
    seen.add(key);
  }
}

const bumpVersion = (tx: Tx, id: string): Promise<object[]> =>
  tx.query(`update price_lists set version = version + 1, updated_at = $2 where id = $1`, [id, tx.now]);
