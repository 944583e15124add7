import { z } from 'zod';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { paise } from '../../fields/amounts.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { type AnyRoute, route } from '../../http/route.ts';
import { adminEdit, noContent, versioned } from '../change.ts';
import { pageQuery, pageSchema } from '../list-query.ts';
import { lockOne, lockResource, readOne } from '../resources/managed-resource.ts';
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
        const priceList = await lockResource(tx, PRICE_LISTS, call);
        await priceList.setEntries(tx, entries);
        await tx.write();
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
        const priceList = await lockOne(tx, PRICE_LISTS, { id });
        const removed = await priceList.removeEntries(tx, variantId);
        return { answer: noContent, target: { type: 'price-list', id }, before: { variantId, removed }, after: null };
      };
      return withoutBody(adminEdit(deps, call, { action: 'price-list.remove-prices', scope: id, work }));
    },
  });
