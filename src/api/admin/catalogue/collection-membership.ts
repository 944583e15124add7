import { z } from 'zod';
import { refused } from '../../../domain/errors.ts';
import { ProductCollection } from '../../../entities/catalogue/product-collection.ts';
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
    handle: (call) => changeMembership(deps, call, { action: 'collection.add-product', method: 'addProduct' }),
  }),
  route({
    ...common,
    method: 'delete',
    summary: 'Remove a product from a manual collection',
    answers: { 204: { description: 'The product is not in the collection' } },
    errors: ['COLLECTION_NOT_FOUND', 'PRODUCT_NOT_FOUND', 'CONTRADICTION'],
    handle: (call) => changeMembership(deps, call, { action: 'collection.take-product', method: 'removeProduct' }),
  }),
];

function changeMembership(
  deps: ApiDeps,
  call: Call<z.infer<typeof params>, unknown, unknown>,
  { action, method }: { action: string; method: 'addProduct' | 'removeProduct' },
) {
  const { id, productId } = call.params;
  const work = async (tx: Tx) => {
    // `for share`: its kind must not change meanwhile, but others may add products.
    const collection = await tx.lock(ProductCollection, { id }, 'for share');
    if (!collection) throw refused('COLLECTION_NOT_FOUND', { id });
    await collection[method](tx, productId);
    return { answer: noContent, target: { type: 'collection', id }, before: null, after: { productId } };
  };
  return withoutBody(adminEdit(deps, call, { action, scope: `${id} ${productId}`, work }));
}
