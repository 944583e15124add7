import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import type { Tx } from '../../../infra/database/unit-of-work.ts';
import { withoutBody } from '../../auth/credentials/passwords.ts';
import type { ApiDeps } from '../../deps.ts';
import { type AnyRoute, type Call, route } from '../../http/route.ts';
import { adminEdit, noContent } from '../change.ts';

const params = z.object({ id: z.uuid(), productId: z.uuid() });
const common = {
  path: '/api/v1/admin/collections/{id}/products/{productId}',
  permission: 'products:update',
  access: 'staff',
  tag: 'Collections',
  params,
} as const;

/** The products of a manual collection. */
export const collectionMembershipRoutes = (deps: ApiDeps): AnyRoute[] => [
  route({
    ...common,
    method: 'put',
    summary: 'Add a product to a manual collection',
    answers: { 204: { description: 'The product is in the collection' } },
    errors: ['COLLECTION_NOT_FOUND', 'PRODUCT_NOT_FOUND', 'CONTRADICTION'],
    handle: (call) =>
      changeMembership(deps, call, {
        action: 'collection.add-product',
        sql: `insert into product_collections (collection_id, product_id) values ($1, $2) on conflict do nothing`,
      }),
  }),
  route({
    ...common,
    method: 'delete',
    summary: 'Remove a product from a manual collection',
    answers: { 204: { description: 'The product is not in the collection' } },
    errors: ['COLLECTION_NOT_FOUND', 'PRODUCT_NOT_FOUND', 'CONTRADICTION'],
    handle: (call) =>
      changeMembership(deps, call, {
        action: 'collection.take-product',
        sql: `delete from product_collections where collection_id = $1 and product_id = $2`,
      }),
  }),
];

function changeMembership(
  deps: ApiDeps,
  call: Call<z.infer<typeof params>, unknown, unknown>,
  { action, sql }: { action: string; sql: string },
) {
  const { id, productId } = call.params;
  const work = async (tx: Tx) => {
    const [collection] = await tx.query<{ kind: string }>(`select kind from collections where id = $1 for share`, [id]);
    if (!collection) throw refused('COLLECTION_NOT_FOUND', { id });
    const products = await tx.query(`select 1 from products where id = $1 for key share`, [productId]);
    if (products.length === 0) throw refused('PRODUCT_NOT_FOUND', { product: productId });
    const problem = {
      where: 'id',
      problem: 'the collection is filled by a rule',
      expected: 'a collection of kind manual',
    };
    if (collection.kind === 'rule') throw refused('CONTRADICTION', { problems: [problem] });
    await tx.query(sql, [id, productId]);
    return { answer: noContent, target: { type: 'collection', id }, before: null, after: { productId } };
  };
  return withoutBody(adminEdit(deps, call, { action, scope: `${id} ${productId}`, work }));
}
